//! Personal data and its near misses.

use domain::understanding::PersonalDataKind::{self, *};
use language::personal_data::find;
use language::redact;

fn found(text: &str, language: &str) -> Vec<(PersonalDataKind, String)> {
    find(text, language)
        .into_iter()
        .map(|data| (data.kind, text.chars().skip(data.start).take(data.end - data.start).collect()))
        .collect()
}

#[test]
fn what_must_be_found() {
    let cases: &[(&str, &str, PersonalDataKind, &str)] = &[
        ("de", "IBAN DE89 3704 0044 0532 0130 00 bitte prüfen", Iban, "DE89 3704 0044 0532 0130 00"),
        ("en", "my iban: gb82west12345698765432.", Iban, "gb82west12345698765432"),
        ("fr", "FR1420041010050500013M02606", Iban, "FR1420041010050500013M02606"),
        ("es", "cuenta ES91 2100 0418 4502 0005 1332", Iban, "ES91 2100 0418 4502 0005 1332"),
        ("en", "card 4111 1111 1111 1111 was charged", Card, "4111 1111 1111 1111"),
        ("ja", "カード番号は４１１１１１１１１１１１１１１１です", Card, "４１１１１１１１１１１１１１１１"),
        ("en", "amex 378282246310005", Card, "378282246310005"),
        ("en", "5555-5555-5555-4444", Card, "5555-5555-5555-4444"),
        ("en", "write to Kim.O+x@mail.example.co.uk.", Email, "Kim.O+x@mail.example.co.uk"),
        ("ja", "kim@example.jpまでお願いします", Email, "kim@example.jp"),
        ("ja", "電話は090-1234-5678です", Phone, "090-1234-5678"),
        ("ja", "０３－１２３４－５６７８に連絡ください", Phone, "０３－１２３４－５６７８"),
        ("ja", "09012345678", Phone, "09012345678"),
        ("de", "ruft mich an: 0171 2345678", Phone, "0171 2345678"),
        ("de", "+49 30 901820", Phone, "+49 30 901820"),
        ("fr", "appelez-moi au 06 12 34 56 78", Phone, "06 12 34 56 78"),
        ("es", "mi móvil es 612 345 678", Phone, "612 345 678"),
        ("en", "call me (415) 555-2671", Phone, "(415) 555-2671"),
        ("en", "call me on 07911 123456", Phone, "07911 123456"),
        ("en", "order number: A-10293-X", Order, "A-10293-X"),
        ("en", "my booking reference is QX7K29", Order, "QX7K29"),
        ("ja", "注文番号は12345678です", Order, "12345678"),
        ("de", "Bestellnummer 4711-0815", Order, "4711-0815"),
        ("es", "pedido nº 998877", Order, "998877"),
        ("fr", "commande n° 55667788", Order, "55667788"),
        ("ja", "口座番号 1234567", BankAccount, "1234567"),
        ("en", "account number 12345678", BankAccount, "12345678"),
        ("de", "Kontonummer: 532013000", BankAccount, "532013000"),
        ("ja", "マイナンバーは 1234 5678 9018 です", MyNumber, "1234 5678 9018"),
        ("en", "my PIN is 4821", Secret, "4821"),
        ("en", "password: hunter2!", Secret, "hunter2!"),
        ("ja", "暗証番号は4821です", Secret, "4821"),
        ("de", "mein Passwort lautet Sommer2024", Secret, "Sommer2024"),
        ("es", "mi contraseña es gato123", Secret, "gato123"),
        ("fr", "mot de passe : Soleil99", Secret, "Soleil99"),
        ("ja", "住所は東京都千代田区丸の内1-2-3です", Address, "東京都千代田区丸の内1-2-3"),
        ("ja", "〒100-0005に送って", Address, "〒100-0005"),
        ("de", "Lieferung an Hauptstraße 12, 10115 Berlin", Address, "Hauptstraße 12, 10115 Berlin"),
        ("en", "I live at 12 Baker Street", Address, "12 Baker Street"),
        ("fr", "12 bis rue de la Paix, 75002 Paris", Address, "12 bis rue de la Paix, 75002 Paris"),
        ("es", "vivo en calle Mayor 5, 28013 Madrid", Address, "calle Mayor 5, 28013 Madrid"),
    ];
    let misses: Vec<_> = cases
        .iter()
        .map(|(language, text, kind, expected)| (text, found(text, language), vec![(*kind, (*expected).to_owned())]))
        .filter(|(_, found, expected)| found != expected)
        .collect();
    assert!(misses.is_empty(), "text, found, expected: {misses:#?}");
}

#[test]
fn what_must_not_be_found() {
    let cases = [
        ("de", "IBAN DE89 3704 0044 0532 0130 01"),
        ("en", "card 4111 1111 1111 1112"),
        ("en", "on 2024-05-12 at 10:30"),
        ("de", "am 12.05.2024 um 18 Uhr"),
        ("en", "it cost $1,299.99 and took 45 minutes"),
        ("ja", "2024年5月12日に12,800円払いました"),
        ("ja", "番号は 1234 5678 9012 です"),
        ("en", "@bank_help 2 hours on the road and 3 people at the street party"),
        ("en", "my password is wrong"),
        ("ja", "パスワードが違うと言われます"),
        ("en", "version 10.12.3456 on iOS 17.5.1"),
        ("en", "order status please, ordered in 2024"),
        ("en", "flight AA1234 is late"),
        ("en", "me@home is not an address"),
        ("es", "son 1.234.567 € en total"),
        ("de", "der Weg ist das Ziel, 5 Sterne"),
        ("fr", "j'ai attendu 20 minutes dans la rue"),
    ];
    let misses: Vec<_> = cases
        .iter()
        .map(|(language, text)| (text, found(text, language)))
        .filter(|(_, found)| !found.is_empty())
        .collect();
    assert!(misses.is_empty(), "text, found: {misses:#?}");
}

#[test]
fn redaction_keeps_four_digits_of_numbers_and_nothing_of_secrets() {
    let cases = [
        ("en", "card 4111 1111 1111 1111 ok", "card •••• •••• •••• 1111 ok"),
        ("en", "my PIN is 4821", "my PIN is ••••"),
        ("ja", "マイナンバーは123456789018です", "マイナンバーは••••••••9018です"),
        ("en", "password: hunter2!", "password: ••••••••"),
        ("en", "mail kim@example.com", "mail kim@example.com"),
    ];
    for (language, text, expected) in cases {
        assert_eq!(redact(text, &find(text, language)), expected);
    }
}
