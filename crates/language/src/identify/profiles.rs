//! Function words, endings, inner letter groups and letters that tell seven Latin-script languages apart; our own lists.

use crate::normalise::fold;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Languages written in Latin letters, in the order of every score array.
pub(super) const LATIN: &[&str; 7] = &["en", "de", "es", "fr", "it", "pt", "nl"];

/// Han characters whose form is used in Japan only: they tell Japanese without kana from Chinese.
pub(super) const JAPANESE_ONLY_HAN: &str = "込円気実対応駅験働売県残発広読単戦労営観択拡払帯総図団囲圏変処竜歳価両児検険剣権塩帰弐扱抜掲撃数斉桜楽様歯毎沢渋済渇焼獣畑瀬砕秘稲穂続継縄聴脳臓薬覚触訳譲転辞遅郷酔醸鉄鉱録閲関陥隠雑霊静顔顕駆髄鶏黒黙齢届枠峠匂働榊込";

const WORDS: [&str; 7] = [
    "the and is are was were to of in on for you your my me i it its it's i'm im this that with not don't dont can't can how why when what where who have has had do does did be been but so if just please thanks thank we they he she at from by an or as will would could should get got about there their our out up no yes still any all more than now been after again help hi hey guys need want going really because want's anyone someone everyone never ever order account card app love great down u ur lol too since yet today always only working work service customer been every days weeks time back which over",
    "der die das und ist nicht ich sie es ein eine einen einem einer mit auf fur von zu im den dem des wie was wann wo warum wer mir mich mein meine meinen meiner ihr ihre euch euer eure wir uns auch aber noch nur schon wenn oder bei nach aus an am um so sehr hat habe haben hatte kann konnen konnte wird werden wurde sind war bin seit mal doch dass daß kein keine keinen bitte danke hallo gibt geht man als zum zur jetzt immer wieder heute gestern morgen mehr ihr ihnen da denn dann hier leider guten tag moin nichts alles euren eurer eurem bekomme warte konto karte ubrigens ja nein beim ins vom uber ohne gar endlich",
    "el la los las un una unos unas de del que y en es no mi mis tu su sus por para con como cuando donde quien cual porque pero muy mas me te se le les lo al yo ya si esta este esto estoy estan ha he han hay ser son fue era hola gracias favor quiero puedo puede pueden tengo tiene hace sin sobre desde hasta todo toda todos nada algo alguien nunca siempre ayer hoy manana bien mal tarjeta cuenta pedido ahora vez dos tres dias llevo sois vuestra vuestro os mejor buenos buenas tardes solo tambien eso esa ese aun nadie gran nueva nuevo trabajo encanta comprar general nivel dinero gente ladrones somos muchas muchos dia dias vaya pasa sale quien otra otro ustedes ellos vosotros mismo misma llega llego",
    "le la les un une des de du et est en je tu il elle on nous vous ils ce cette ces ca mon ma mes ton ta tes son sa ses votre vos notre nos que qui quoi quand ou comment pourquoi pas ne plus pour avec sur dans au aux par mais si tout tous toute tres bien j'ai jai c'est cest n'est est-ce suis ai avez ont fait etre avoir peut peux pouvez bonjour bonsoir merci svp depuis encore rien jamais toujours hier aujourd'hui demain sans chez y a-t-il mon compte carte commande colis c d l j n s qu m t salut meme donc alors deja personne apres avant quel quelle",
    "il lo la i gli le un uno una di del della dei delle che e è in non mi mia mio miei tuo tua suo sua per con come quando dove chi perche ma molto piu si sono sei siamo ho hai ha abbiamo hanno questo questa questi nel nella al alla da dal dalla su ciao grazie buongiorno salve prego posso puo potete vorrei ancora sempre mai niente nulla oggi ieri domani anche solo tutto tutti ci vi ne carta conto ordine fatto fare essere stato era bene male cosa qualcuno nessuno quanto c'e dopo da giorni vostra vostro",
    "o a os as um uma de do da dos das que e em no na nos nas meu minha meus minhas seu sua voce voces nao sim por para com como quando onde quem porque mas muito mais me te se lhe eu ele ela isso isto este esta estou esta estao tem tenho foi ser sao ola obrigado obrigada favor quero posso pode podem faz fazer sem ate tudo nada alguem ninguem nunca sempre ontem hoje amanha bem mal cartao conta pedido agora ja ainda pelo pela ao aos voces vcs pra ta boa bom dia",
    "de het een en is niet ik je jij jullie u uw mijn me wij we ze zij dat die dit deze van voor met op in aan te om bij naar uit als maar ook nog al wel geen kan kunnen hoe wat wanneer waar waarom wie heb hebt heeft hebben was waren ben zijn worden wordt er hier daar nu weer vandaag gisteren morgen dank bedankt hallo hoi goed graag alsjeblieft aub mag moet werkt krijg komt gaat doet sinds altijd nooit iets niets iemand niemand kaart rekening bestelling over dan zo heel erg toch even door jullie",
];

const ENDINGS: [&str; 7] = [
    "ing tion ness ould ight ough ally ting ning ered ease ould ever",
    "ung ungen keit heit lich isch chen cht ert iert ieren enden ige igen icht ich eise tzt asse",
    "cion ciones mente ando iendo ado ados ada adas aron idad ero era os anos eis amos",
    "ment tion aire eur eux aux ons ez ais ait oir ette elle ique eau ence ance ille rais",
    "zione zioni mente etto etta ato ata ando endo are ere ire ità ello ella oni asse ggio gli cchi",
    "cao coes mente ando endo indo ado ada aram eiro eira dade inho inha ões ei ou ais",
    "ijk lijk ing heid aan een eren elen oor aar oed oek acht echt iet eld ing aat",
];

const INNER: [&str; 7] = ["wh th ck", "sch pf tz ze", "ll rr ue", "oi ou eau", "zz gli cch", "nh lh ei", "ij oe aa uu"];

/// The lists, ready for look-up.
pub(super) struct Profiles {
    /// Function word → weight per language.
    pub(super) words: HashMap<String, [f32; 7]>,
    /// Ending → weight per language.
    pub(super) endings: HashMap<String, [f32; 7]>,
    /// Letter groups inside a word, with the index of their language.
    pub(super) inner: Vec<(&'static str, usize)>,
}

pub(super) fn profiles() -> &'static Profiles {
    static PROFILES: LazyLock<Profiles> = LazyLock::new(|| Profiles {
        words: weigh(&WORDS, 1.0),
        endings: weigh(&ENDINGS, 0.5),
        inner: INNER
            .iter()
            .enumerate()
            .flat_map(|(language, groups)| groups.split(' ').map(move |group| (group, language)))
            .collect(),
    });
    &PROFILES
}

/// A piece that several languages share says less for each of them; a short word says less than a long one.
fn weigh(lists: &[&str; 7], unit: f32) -> HashMap<String, [f32; 7]> {
    let mut table: HashMap<String, [f32; 7]> = HashMap::new();
    for (language, list) in lists.iter().enumerate() {
        for word in list.split(' ') {
            // Apostrophes split words when a text is read, so they split here too.
            for piece in fold(word).split('\'').filter(|piece| !piece.is_empty()) {
                if let Some(weight) = table.entry(piece.to_owned()).or_default().get_mut(language) {
                    *weight = unit;
                }
            }
        }
    }
    for (word, weights) in &mut table {
        let sharers: f32 = weights.iter().filter(|weight| **weight > 0.0).map(|_| 1.0).sum();
        let length: f32 = if word.chars().count() == 1 { 0.4 } else { 1.0 };
        for weight in weights.iter_mut() {
            *weight *= length / sharers.powf(1.3);
        }
    }
    table
}

/// Adds what one accented letter or mark says.
pub(super) fn letter_weight(letter: char, scores: &mut [f32; 7]) {
    let lower = letter.to_lowercase().next().unwrap_or(letter);
    let [_, de, es, fr, it, pt, _] = scores;
    match lower {
        'ß' => *de += 1.5,
        'ä' | 'ö' | 'ü' => *de += 1.0,
        'ñ' | '¿' | '¡' => *es += 1.5,
        'ã' | 'õ' => *pt += 1.5,
        'ç' => {
            *fr += 0.5;
            *pt += 0.6;
        }
        'ê' | 'â' | 'ô' => {
            *fr += 0.6;
            *pt += 0.4;
        }
        'è' | 'à' => {
            *fr += 0.6;
            *it += 0.6;
        }
        'î' | 'ï' | 'ë' | 'œ' | 'û' => *fr += 0.9,
        'é' => {
            *fr += 0.6;
            *es += 0.2;
            *pt += 0.2;
        }
        'ì' | 'ò' => *it += 0.9,
        'ù' => {
            *it += 0.5;
            *fr += 0.4;
        }
        'á' | 'í' | 'ó' | 'ú' => {
            *es += 0.6;
            *pt += 0.4;
        }
        _ => {}
    }
}
