//! The sentence that asks somebody to write to us privately, in their language.

/// Sentences by language; `{link}` is where a private message to us opens.
const SENTENCES: &[(&str, &str)] = &[
    ("de", "Schreiben Sie uns bitte eine private Nachricht, dann sehen wir uns das an: {link}"),
    ("en", "Please send us a private message so that we can look into this for you: {link}"),
    ("es", "Por favor, envíenos un mensaje privado para que podamos revisarlo: {link}"),
    ("fr", "Merci de nous envoyer un message privé pour que nous puissions vérifier : {link}"),
    ("ja", "お手数ですが、詳しい内容をダイレクトメッセージでお知らせください。 {link}"),
];

/// The invitation in a language, English where there is none.
pub(crate) fn invitation(language: &str, link: &str) -> String {
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    let find = |wanted: &str| SENTENCES.iter().find(|(tag, _)| *tag == wanted).map(|(_, sentence)| *sentence);
    find(primary).or_else(|| find("en")).unwrap_or("{link}").replace("{link}", link)
}
