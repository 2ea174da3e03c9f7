//! What only its context gives away: order and customer numbers, bank accounts, passwords and PINs.

use super::Found;
use crate::normalise::is_unspaced;
use crate::normalise::{begins_word, ends_word};
use aho_corasick::{AhoCorasick, MatchKind};
use domain::understanding::PersonalDataKind;
use std::sync::LazyLock;

/// Order, booking, customer and case numbers.
const ORDER: &[&str] = &[
    "order number",
    "order no",
    "order id",
    "order #",
    "order",
    "booking reference",
    "booking number",
    "booking ref",
    "booking",
    "confirmation number",
    "confirmation code",
    "reference number",
    "reference",
    "ref no",
    "ref",
    "customer number",
    "customer id",
    "member id",
    "membership number",
    "account id",
    "ticket number",
    "ticket",
    "case number",
    "tracking number",
    "tracking",
    "invoice",
    "pnr",
    "reservation",
    "注文番号",
    "ご注文番号",
    "オーダー番号",
    "予約番号",
    "ご予約番号",
    "お客様番号",
    "会員番号",
    "受付番号",
    "お問い合わせ番号",
    "問い合わせ番号",
    "伝票番号",
    "追跡番号",
    "送り状番号",
    "整理番号",
    "注文id",
    "注文no",
    "bestellnummer",
    "bestellnr",
    "bestell-nr",
    "bestellung",
    "auftragsnummer",
    "auftrag",
    "buchungsnummer",
    "buchungscode",
    "buchung",
    "kundennummer",
    "kundennr",
    "kd-nr",
    "vorgangsnummer",
    "rechnungsnummer",
    "sendungsnummer",
    "sendungsverfolgung",
    "vertragsnummer",
    "ticketnummer",
    "mitgliedsnummer",
    "numero de pedido",
    "n de pedido",
    "pedido",
    "numero de reserva",
    "localizador",
    "reserva",
    "numero de cliente",
    "numero de factura",
    "factura",
    "numero de seguimiento",
    "referencia",
    "numero de envio",
    "expediente",
    "numero de commande",
    "n de commande",
    "no de commande",
    "commande",
    "numero de reservation",
    "numero client",
    "numero de client",
    "reference client",
    "numero de dossier",
    "dossier",
    "numero de suivi",
    "colis",
    "facture",
];
/// Account numbers of national banks.
const BANK: &[&str] = &[
    "account number",
    "account no",
    "acct no",
    "bank account",
    "sort code",
    "routing number",
    "口座番号",
    "普通口座",
    "普通預金",
    "口座",
    "普通",
    "当座",
    "kontonummer",
    "konto-nr",
    "kontonr",
    "konto nr",
    "blz",
    "bankleitzahl",
    "numero de cuenta",
    "cuenta bancaria",
    "cuenta corriente",
    "ccc",
    "numero de compte",
    "compte bancaire",
    "rib",
];
/// Passwords, PINs and codes.
const SECRET: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "passcode",
    "pin code",
    "pin number",
    "pin",
    "security code",
    "cvv",
    "cvc",
    "cvv2",
    "verification code",
    "one-time code",
    "otp",
    "login code",
    "暗証番号",
    "パスワード",
    "認証コード",
    "確認コード",
    "セキュリティコード",
    "ワンタイムパスワード",
    "passwort",
    "kennwort",
    "geheimzahl",
    "tan",
    "sicherheitscode",
    "prufziffer",
    "bestatigungscode",
    "contrasena",
    "clave",
    "codigo de seguridad",
    "codigo de verificacion",
    "mot de passe",
    "mdp",
    "code secret",
    "code de securite",
    "code pin",
    "cryptogramme",
    "code confidentiel",
];

struct Cues {
    automaton: AhoCorasick,
    kinds: Vec<PersonalDataKind>,
}

static CUES: LazyLock<Option<Cues>> = LazyLock::new(|| {
    let lists =
        [(ORDER, PersonalDataKind::Order), (BANK, PersonalDataKind::BankAccount), (SECRET, PersonalDataKind::Secret)];
    let patterns = lists.iter().flat_map(|(words, _)| words.iter());
    let kinds = lists.iter().flat_map(|(words, kind)| words.iter().map(|_| *kind)).collect();
    let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns).ok()?;
    Some(Cues { automaton, kinds })
});

pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    let Some(cues) = CUES.as_ref() else { return };
    for hit in cues.automaton.find_iter(text) {
        let Some(kind) = cues.kinds.get(hit.pattern().as_usize()) else { continue };
        if !begins_word(text, hit.start())
            || !(ends_word(text, hit.end()) || text.get(hit.end()..).is_some_and(|tail| tail.starts_with("s ")))
        {
            continue;
        }
        let Some(value) = value_after(text, hit.end(), *kind) else { continue };
        if accepts(*kind, &value) {
            let rank = if *kind == PersonalDataKind::Secret { 2 } else { 3 };
            found.push(Found { kind: *kind, start: value.start, end: value.end, rank });
        }
    }
}

/// The token behind a cue word, and how it is joined to it.
struct Value<'a> {
    start: usize,
    end: usize,
    token: &'a str,
    /// A colon or equals sign stands between.
    colon: bool,
    /// A word for "is" stands between.
    is: bool,
}

/// Words and marks that may stand between a cue and its value.
const BETWEEN: &[&str] = &[
    "number",
    "numbers",
    "no.",
    "no",
    "nr.",
    "nr",
    "num",
    "id",
    "code",
    "for",
    "my",
    "mi",
    "mon",
    "ma",
    "meine",
    "mein",
    "bei",
    "der",
    "die",
    "de la",
    "del",
    "de",
    "番号",
    "コード",
    "numero",
    "nummer",
    "n°",
    "nº",
    "no°",
    "reference",
    "ref",
];
const IS: &[&str] =
    &["is", "was", "are", "ist", "lautet", "war", "es", "era", "est", "c'est", "etait", "は", "が", "を"];

fn value_after(text: &str, from: usize, kind: PersonalDataKind) -> Option<Value<'_>> {
    let (mut at, mut colon, mut is) = (from, false, false);
    for _ in 0..8 {
        let rest = text.get(at..)?;
        let next = rest.chars().next()?;
        if matches!(next, ' ' | '#' | '"' | '\'' | '「' | '『' | '(' | '№' | 'º' | '°') {
            at += next.len_utf8();
        } else if matches!(next, ':' | '=') {
            colon = true;
            at += 1;
        } else if let Some(word) = word_of(rest, text, at, IS) {
            is = true;
            at += word.len();
        } else if let Some(word) = word_of(rest, text, at, BETWEEN) {
            at += word.len();
        } else {
            break;
        }
    }
    let rest = text.get(at..)?;
    let length = rest
        .find(|letter: char| letter.is_whitespace() || is_unspaced(letter) || ",;\"'」』)?、。<>".contains(letter))
        .unwrap_or(rest.len());
    // An exclamation mark ends a sentence, but may be the last letter of a password.
    let marks: &[char] = if kind == PersonalDataKind::Secret { &['.', ':'] } else { &['.', '!', ':'] };
    let token = rest.get(..length)?.trim_end_matches(marks);
    // Digits that go on behind a single space belong to it.
    let mut end = at + token.len();
    if token.chars().all(|letter| letter.is_ascii_digit() || letter == '-') && !token.is_empty() {
        while let Some(tail) = text.get(end..).and_then(|tail| tail.strip_prefix(' ')) {
            let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
            let ends = tail
                .get(digits..)
                .and_then(|rest| rest.chars().next())
                .is_none_or(|next| !next.is_ascii_alphanumeric() && !"/:€$£%".contains(next));
            if digits < 2 || !ends {
                break;
            }
            end += 1 + digits;
        }
    }
    (!token.is_empty()).then_some(Value { start: at, end, token: text.get(at..end)?, colon, is })
}

/// The word of the list that the rest begins with, as a word of its own.
fn word_of(rest: &str, text: &str, at: usize, words: &[&'static str]) -> Option<&'static str> {
    words.iter().copied().find(|word| rest.starts_with(word) && ends_word(text, at + word.len()))
}

fn accepts(kind: PersonalDataKind, value: &Value<'_>) -> bool {
    let letters = value.token.chars().filter(|letter| letter.is_alphanumeric()).count();
    let digits = value.token.bytes().filter(u8::is_ascii_digit).count();
    let plain = value.token.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_/# .".contains(letter));
    match kind {
        PersonalDataKind::Order => {
            plain && (4..=30).contains(&letters) && digits >= 3 && !is_date(value.token) && !is_ordinal(value.token)
        }
        PersonalDataKind::BankAccount => {
            plain && (5..=24).contains(&letters) && digits * 10 >= letters * 8 && !is_date(value.token)
        }
        PersonalDataKind::Secret => {
            let joined = value.colon || value.is;
            let all_digits = digits == letters && digits > 0;
            let bare_pin = !joined && all_digits && (3..=8).contains(&digits);
            let mixed = digits > 0 && letters > digits
                || value.token.chars().any(|letter| "!$%&*_@^~".contains(letter)) && letters >= 3;
            bare_pin
                || (joined
                    && ((all_digits && (3..=12).contains(&digits))
                        || (mixed && letters >= 4)
                        || (value.colon && letters >= 5 && value.token.is_ascii())))
        }
        _ => false,
    }
}

fn is_date(token: &str) -> bool {
    let mut parts = token.split(['-', '/', '.']);
    let lengths: Vec<usize> = parts.by_ref().map(str::len).collect();
    matches!(lengths.as_slice(), [4, 1..=2, 1..=2] | [1..=2, 1..=2, 2 | 4])
        && token.bytes().all(|byte| byte.is_ascii_digit() || b"-/.".contains(&byte))
}

fn is_ordinal(token: &str) -> bool {
    // "order 100€", "pedido 2024": a bare year or sum is not a number of an order.
    let bare = token.bytes().all(|byte| byte.is_ascii_digit());
    bare && token.len() == 4 && (token.starts_with("19") || token.starts_with("20"))
}
