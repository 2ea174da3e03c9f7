//! The frame of a page: head, the views at the left edge, the bottom bar of a phone, dialogs that every page has.

use super::filter::View;
use super::marks::{avatar, icon, key, seal};
use super::view::{Frame, Reader, Theme};
use super::{commands, palette};
use crate::assets;
use crate::words::Words;
use maud::{DOCTYPE, Markup, html};

/// Where in the product a page is, for the marks of the left edge and the bottom bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A list.
    List(View),
    /// Search.
    Search,
    /// Settings.
    Settings,
    /// Nowhere of these.
    Elsewhere,
}

fn head(words: Words, title: &str) -> Markup {
    html! {
        meta charset="utf-8";
        meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content";
        // A strict policy allows no inline style and no evaluation; addresses with tokens stay ours.
        meta name="htmx-config" content=r#"{"includeIndicatorStyles":false,"allowEval":false,"allowScriptTags":false,"selfRequestsOnly":true,"historyCacheSize":0,"scrollBehavior":"instant","defaultSwapDelay":0,"defaultSettleDelay":0,"attributesToSettle":["class","width","height"]}"#;
        meta name="referrer" content="same-origin";
        title { (title) " · " (words.say("product")) }
        link rel="stylesheet" href=(assets::address("tokens.css"));
        link rel="stylesheet" href=(assets::address("app.css"));
        link rel="stylesheet" href=(assets::address("product.css"));
        link rel="icon" type="image/svg+xml" href=(assets::address("favicon.svg"));
    }
}

fn scripts() -> Markup {
    html! {
        script defer src=(assets::address("htmx.min.js")) {}
        script type="module" src=(assets::address("main.js")) {}
    }
}

fn theme_of(reader: &Reader) -> Option<&'static str> {
    (reader.theme != Theme::System).then(|| reader.theme.word())
}

/// A page for somebody who is signed in. `class` is the app's layout: `""` for panes, `page` for one sheet.
pub fn signed_in(
    frame: &Frame,
    title: &str,
    place: Place,
    class: &str,
    skip_to: &str,
    open: Option<&str>,
    main: Markup,
) -> Markup {
    let reader = &frame.reader;
    let words = reader.words;
    html! {
        (DOCTYPE)
        html lang=(words.tag()) data-theme=[theme_of(reader)] data-density=(reader.density.word()) data-zone=(reader.zone)
            data-me=(reader.agent) data-event=(frame.event) data-worker=(assets::address("live-worker.js")) {
            head {
                (head(words, title))
                meta name="csrf" content=(reader.csrf);
                (scripts())
            }
            body {
                a.skip href={ "#" (skip_to) } { (words.say(if skip_to == "list" { "skip-to-list" } else { "skip-to-main" })) }
                (connection(words))
                div.app.(class) data-open=[open] {
                    (views(frame, place))
                    (main)
                    (bottom_bar(words, place))
                }
                (palette::palette(frame))
                div #dialog {}
                div #words hidden data-act-failed=(words.say("act-failed")) data-copied=(words.say("copied")) data-upload-failed=(words.say("upload-failed"))
                    data-draft-saved=(words.say("draft-saved")) data-draft-saving=(words.say("draft-saving")) data-draft-kept=(words.say("draft-kept")) {}
                p.sr #announcer role="status" aria-live="polite" {}
                div #commands hidden data-commands=(commands::for_browser(reader)) data-off=[reader.keys.off.then_some("yes")] {}
            }
        }
    }
}

/// A sheet page (settings, search): the views stay, one sheet scrolls.
pub fn sheet(frame: &Frame, title: &str, place: Place, body: Markup) -> Markup {
    signed_in(
        frame,
        title,
        place,
        "page",
        "main",
        None,
        html! { main.main #main tabindex="-1" { div.sheet { (body) } } },
    )
}

/// A page for somebody who is not signed in.
pub fn door(words: Words, company: Option<&str>, title: &str, address: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(words.tag()) {
            head { (head(words, title)) (scripts()) }
            body {
                main.door #main {
                    div.door-sheet {
                        div.line.door-brand { (seal()) div { b.door-name { (words.say("product")) } @if let Some(company) = company { br; span.small.muted { (company) } } } }
                        (body)
                    }
                    (language_choice(words, address))
                }
            }
        }
    }
}

fn language_choice(words: Words, address: &str) -> Markup {
    html! {
        footer.line.wrap.small.muted {
            @for language in Words::ALL {
                @if *language == words { b lang=(language.tag()) { (language.own_name()) } }
                @else { a href={ (address) "?lang=" (language.tag()) } hreflang=(language.tag()) lang=(language.tag()) { (language.own_name()) } }
            }
        }
    }
}

/// The line that appears when the server cannot be reached; shown by `live.js`.
fn connection(words: Words) -> Markup {
    html! {
        div.banner #connection role="status" hidden {
            (icon("i-plug")) span { b { (words.say("connection-lost")) } " " (words.say("connection-lost-kept")) }
            button.btn type="button" data-reconnect { (icon("i-retry")) (words.say("connection-try-now")) }
        }
    }
}

fn current(is_current: bool) -> Option<&'static str> {
    is_current.then_some("page")
}

/// A count that never asks the database for more than 999.
pub fn count(number: i64) -> String {
    if number > 999 { "999+".to_owned() } else { number.to_string() }
}

fn views(frame: &Frame, place: Place) -> Markup {
    let words = frame.reader.words;
    html! {
        aside.pane.views #views aria-label=(words.say("views")) {
            div.pane-head {
                (seal())
                div.brand { b.clip { (frame.company) } span.small.faint lang="en" { "Madoguchi" } }
                a.btn.plain.square.push.only-small href="#" aria-label=(words.say("close-panel")) { (icon("i-stop")) }
            }
            a.search href="/search" data-command="search" aria-current=[current(place == Place::Search)] {
                (icon("i-search")) span.clip { (words.say("search")) } span.push { (key("search", "/")) }
            }
            nav.scroll aria-label=(words.say("views")) { (view_links(frame, place)) }
            div.views-foot {
                button.view type="button" data-command="write-new" hx-get="/app/new" hx-target="#dialog" { (icon("i-pencil")) (words.say("write-new")) span.push { (key("write-new", "c")) } }
                a.view href="/settings" aria-current=[current(place == Place::Settings)] { (icon("i-gear")) (words.say("settings")) }
                @if let Some((live, all)) = frame.sources { (sources(words, live, all)) }
                (me(frame))
            }
        }
    }
}

/// The links to the views with their counts.
pub fn view_links(frame: &Frame, place: Place) -> Markup {
    let words = frame.reader.words;
    html! {
        @for view in View::ALL {
            @let number = frame.counts.iter().find(|(counted, _)| counted == view).map(|(_, number)| *number);
            a.view href=(view.address()) aria-current=[current(place == Place::List(*view))] data-view=(view.word()) {
                (icon(view.icon())) span.clip { (words.term("view", view.word())) }
                span.count data-count=(view.word()) { @if let Some(number) = number { (count(number)) } }
            }
        }
    }
}

fn sources(words: Words, live: usize, all: usize) -> Markup {
    let numbers = [("live", live.into()), ("all", all.into())];
    html! {
        a.view href="/settings/sources" {
            span.(if live < all { "warned" } else { "fine" }) { (icon("i-plug")) } span.clip { (words.say_with("sources-live", &numbers)) }
        }
    }
}

fn me(frame: &Frame) -> Markup {
    let reader = &frame.reader;
    let words = reader.words;
    html! {
        details.menu.up {
            summary.view.two { (avatar(&reader.name, "me")) span.clip { span.clip { (reader.name) } span.small.faint.clip { (words.term("role", reader.role.word())) } } }
            div.stack {
                a.view href="/settings/profile" { (icon("i-me")) (words.say("profile")) }
                button.view type="button" hx-get="/app/keys" hx-target="#dialog" { (icon("i-keys")) (words.say("command-keys")) span.push { (key("keys", "?")) } }
                form method="post" action="/sign-out" { (super::marks::csrf(Some(&reader.csrf))) button.view type="submit" { (icon("i-out")) (words.say("sign-out")) } }
            }
        }
    }
}

fn bottom_bar(words: Words, place: Place) -> Markup {
    html! {
        nav.bottombar aria-label=(words.say("places")) {
            a href=(View::NeedsReply.address()) aria-current=[current(matches!(place, Place::List(view) if view != View::Mine))] { (icon("i-inbox")) (words.say("inbox")) }
            a href=(View::Mine.address()) aria-current=[current(place == Place::List(View::Mine))] { (icon("i-me")) (words.say("mine")) }
            a href="/search" aria-current=[current(place == Place::Search)] { (icon("i-search")) (words.say("search")) }
            a href="#views" aria-current=[current(place == Place::Settings)] { (icon("i-menu")) (words.say("more")) }
        }
    }
}
