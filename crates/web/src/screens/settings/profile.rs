//! Own profile: name, sign-off, language, zone, colours, height of rows, keys, password, sign out everywhere.

use super::super::commands::{COMMANDS, keys_of, named};
use super::super::marks::{csrf, icon};
use super::super::view::{Density, Frame, Theme};
use super::{Notice, Section};
use crate::words::Words;
use maud::{Markup, html};

/// Zones offered first; any IANA name can be typed.
const ZONES: [&str; 14] = [
    "UTC",
    "Asia/Tokyo",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Madrid",
    "Europe/Paris",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Singapore",
    "Asia/Kolkata",
    "Australia/Sydney",
];

/// The profile, as far as the reader of the frame does not say it already.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProfileView {
    /// Address.
    pub email: String,
    /// How they sign, e.g. `TM` or `佐藤`; the channel's pattern puts it into its form.
    pub sign_off: String,
    /// Seconds for which a sent reply can be taken back, 0–30.
    pub undo_seconds: i64,
    /// Other sessions than this one.
    pub other_sessions: i64,
    /// What the last act said.
    pub notice: Notice,
}

/// The page.
pub fn page(frame: &Frame, view: &ProfileView) -> Markup {
    super::page(
        frame,
        Section::Profile,
        &view.notice,
        html! {
            div.cols {
                (person(frame, view))
                div.stack { (password(frame, view)) (sessions(frame, view)) }
            }
            (keys(frame))
        },
    )
}

/// One of a few, as a row of radio buttons: value, words, whether it is chosen.
fn choice<'a>(name: &str, label: &str, values: impl Iterator<Item = (&'a str, String, bool)>) -> Markup {
    html! { fieldset.stack.tight { legend.label { (label) } div.seg { @for (value, shown, chosen) in values { label { input type="radio" name=(name) value=(value) checked[chosen]; (shown) } } } } }
}

fn person(frame: &Frame, view: &ProfileView) -> Markup {
    let reader = &frame.reader;
    let words = reader.words;
    html! {
        form.card method="post" action="/settings/profile" {
            (csrf(Some(&reader.csrf)))
            label.field { span { (words.say("name")) } input.input name="name" required maxlength="80" value=(reader.name) autocomplete="name"; }
            p.small.muted { (words.say("email")) ": " (view.email) }
            label.field { span { (words.say("sign-off-own")) } input.input name="sign_off" maxlength="20" value=(view.sign_off); span.small.faint { (words.say("sign-off-own-hint")) } }
            label.field { span { (words.say("undo-seconds")) } input.input type="number" name="undo_seconds" min="0" max="30" value=(view.undo_seconds); }
            (choice("language", &words.say("language"), Words::ALL.iter().map(|language| (language.tag(), language.own_name().to_owned(), *language == words))))
            label.field { span { (words.say("zone")) } input.input name="zone" list="zones" required value=(reader.zone); datalist #zones { @for zone in ZONES { option value=(zone) {} } } }
            (choice("theme", &words.say("theme"), Theme::ALL.iter().map(|theme| (theme.word(), words.term("theme", theme.word()), *theme == reader.theme))))
            (choice("density", &words.say("density"), Density::ALL.iter().map(|density| (density.word(), words.term("density", density.word()), *density == reader.density))))
            p { button.btn.fill type="submit" { (words.say("save")) } }
        }
    }
}

fn password(frame: &Frame, view: &ProfileView) -> Markup {
    let words = frame.reader.words;
    html! {
        form.card method="post" action="/settings/profile/password" {
            (csrf(Some(&frame.reader.csrf))) h2 { (words.say("password-change")) }
            input type="hidden" name="email" autocomplete="username" value=(view.email);
            label.field { span { (words.say("password-now")) } input.input type="password" name="password" required autocomplete="current-password"; }
            label.field { span { (words.say("password-new")) } input.input type="password" name="new" required minlength="12" autocomplete="new-password"; span.small.faint { (words.say("password-hint")) } }
            p { button.btn type="submit" { (words.say("password-change")) } }
        }
    }
}

fn sessions(frame: &Frame, view: &ProfileView) -> Markup {
    let words = frame.reader.words;
    html! {
        form.card method="post" action="/settings/profile/sign-out-everywhere" {
            (csrf(Some(&frame.reader.csrf))) h2 { (words.say("sessions")) } p.muted { (words.say_with("sessions-other", &[("count", view.other_sessions.into())])) }
            p { button.btn type="submit" { (icon("i-out")) (words.say("sign-out-everywhere")) } }
        }
    }
}

fn keys(frame: &Frame) -> Markup {
    let reader = &frame.reader;
    let words = reader.words;
    html! {
        form.card #keys method="post" action="/settings/profile/keys" {
            (csrf(Some(&reader.csrf))) h2 { (words.say("command-keys")) } p.muted { (words.say("keys-means")) }
            label.check { input type="checkbox" name="off" value="yes" checked[reader.keys.off]; (words.say("keys-off")) }
            div.keyfields { @for command in COMMANDS.iter().filter(|command| command.address.is_none()) {
                @let unswitched = super::super::view::Reader { keys: super::super::view::KeyChoice { off: false, changed: reader.keys.changed.clone() }, ..reader.clone() };
                label.keyfield { span { (named(words, command)) } input.input name={ "key-" (command.id) } value=(keys_of(&unswitched, command).first().cloned().unwrap_or_default()) placeholder=(command.keys.first().copied().unwrap_or_default()) maxlength="20" autocomplete="off" spellcheck="false"; }
            } }
            p.line { button.btn type="submit" { (words.say("save")) } button.btn.plain type="submit" name="restore" value="yes" { (words.say("keys-restore")) } }
        }
    }
}
