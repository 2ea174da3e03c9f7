//! ATTACKS 15, 16, 20, 21, 22: names, handles, texts and links from outside stay text, and links show where they go.

use super::sample;
use domain::item::MediaKind;
use domain::understanding::Reason;
use url::Url;
use web::screens::message::{From, MediaView, MessageView};
use web::screens::view::{Frame, Person};
use web::screens::{customer, inbox, message, search, text, why};
use web::words::Words;

const PAYLOADS: &[&str] = &[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "'><iframe srcdoc=\"<script>alert(1)</script>\">",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "</textarea><script>alert(1)</script>",
    "</title><base href=//evil.example>",
    "<style>*{background:url(//evil.example)}</style>",
    "<math><mtext></table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "{{7*7}} ${7*7} <%= 7*7 %>",
    "__proto__ constructor",
];

/// Elements and attributes that the payloads try to make.
fn assert_inert(html: &str, payload: &str) {
    let lower = html.to_lowercase();
    for made in [
        "<script>alert",
        "<img src=x",
        "<svg onload",
        "<iframe",
        "<base",
        "<style",
        "<math",
        "onerror=alert(1)>",
        "href=\"javascript:",
        "href=\"data:",
        "</textarea><script",
    ] {
        assert!(!lower.contains(made), "{payload} became {made}");
    }
    assert!(!html.contains("49 "), "{payload} was computed");
}

#[test]
fn attack_16_nothing_from_outside_becomes_markup() {
    for payload in PAYLOADS {
        let person = Person { name: Some((*payload).into()), handle: Some((*payload).into()) };
        let mut list = sample::list();
        list.rows.truncate(1);
        list.rows[0].person = person.clone();
        list.rows[0].excerpt = (*payload).into();
        list.rows[0].language = Some((*payload).into());
        list.filter.q = Some((*payload).into());
        list.filter.language = Some((*payload).into());
        let mut case = sample::case();
        case.person = person.clone();
        let media = MediaView {
            address: Some("/attachments/1".into()),
            kind: MediaKind::Image,
            alt_text: Some((*payload).into()),
            size: None,
        };
        let hostile = |from| MessageView {
            text: (*payload).into(),
            language: Some((*payload).into()),
            url: Some((*payload).into()),
            media: vec![media.clone()],
            ..sample::message(1, from, payload, "en", 1)
        };
        case.entries = [
            From::Contact(person.clone()),
            From::Other { person: person.clone(), case: None, assignee: None, look_alike: false },
            From::Us { account: (*payload).into(), by: None },
        ]
        .map(|from| message::Entry::Message(Box::new(hostile(from))))
        .into();
        let mut composer = sample::refused();
        composer.text = (*payload).into();
        composer.to = person.clone();
        composer.sign_off = Some((*payload).into());
        case.composer = Some(composer);
        let mut customer = sample::customer();
        customer.person = person;
        customer.accounts[0].url = Some((*payload).into());
        customer.accounts[0].earlier_handles = vec![(*payload).into()];
        customer.notes[0].text = (*payload).into();
        customer.past[0].excerpt = (*payload).into();
        let frame = Frame { company: (*payload).into(), ..sample::frame(Words::English) };
        assert_inert(&inbox::page(&frame, &list, Some((&case, &customer))).into_string(), payload);
        assert_inert(&customer::pane(Words::English, &customer, None).into_string(), payload);
        let mut why = sample::why();
        why.text = (*payload).into();
        why.steps = vec![Reason::with((*payload).to_owned(), [*payload])];
        assert_inert(&why::page(&frame, &why).into_string(), payload);
        let mut found = sample::search();
        found.hits[0].excerpt = (*payload).into();
        found.filter.q = Some((*payload).into());
        assert_inert(&search::page(&frame, &found).into_string(), payload);
    }
}

#[test]
fn attack_21_a_link_shows_the_host_it_goes_to() {
    let cases = [
        ("see https://acme.example/help now", "acme.example/help", false),
        ("https://аcme.example/verify", "xn--cme-5cd.example", true),
        ("https://acme.example@evil.example/x", "evil.example", true),
        ("https://acme.example%2f@evil.example", "evil.example", true),
    ];
    for (given, shown, warned) in cases {
        let html = text::message(given).into_string();
        assert!(html.contains(shown), "{given}: {html}");
        assert_eq!(html.contains("chip warn"), warned, "{given}: {html}");
    }
    let hidden = text::message("https://evil.example/\u{202E}moc.knab").into_string();
    assert!(!hidden.contains('\u{202E}'), "{hidden}");
    assert!(text::message("javascript:alert(1) data:text/html,x").into_string().find("<a").is_none());
    assert_eq!(text::safe_address("javascript:alert(1)"), None);
    assert_eq!(text::safe_address(" JaVaScRiPt:alert(1)"), None);
    assert!(Url::parse("https://x.com").is_ok());
}

#[test]
fn attack_21_direction_marks_and_piles_of_marks_do_not_leave_a_name() {
    let name = text::plain("\u{202E}evil\u{202C}\n<b>\u{0}");
    assert_eq!(name, "evil<b>");
    let zalgo: String = std::iter::once('a').chain(std::iter::repeat_n('\u{0301}', 50)).collect();
    assert_eq!(text::plain(&zalgo).chars().count(), 3);
    assert!(text::plain(&"x".repeat(1_000_000)).len() <= 200);
}

#[test]
fn attack_16_a_network_that_says_markup_is_quoted() {
    let mut view = sample::case();
    view.entries = sample::sending();
    if let message::Entry::Message(failed) = &mut view.entries[1] {
        failed.sending.as_mut().unwrap().network_words = Some("<script>alert(1)</script>".into());
    }
    let html = web::screens::case::pane(Words::English, &view, None).into_string();
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !html.contains("<script>alert"));
}
