//! The door: sign-in, making the first owner, taking up an invitation, choosing a new password.

use super::marks::icon;
use super::page;
use crate::words::Words;
use maud::{Markup, html};

/// What went wrong at the door; each says what to do. The same words for a known and an unknown address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoorProblem {
    /// Address and password do not belong together.
    WrongPassword,
    /// Too many tries.
    TooManyTries {
        /// Minutes until the next.
        minutes: i64,
    },
    /// The one-time link was used or is too old.
    LinkSpent,
    /// The password is too short.
    ShortPassword,
    /// The two passwords differ.
    Different,
    /// The form came from elsewhere or the page is too old.
    Stale,
    /// A name or address is missing or malformed.
    Incomplete,
}

fn problem(words: Words, problem: Option<DoorProblem>) -> Markup {
    let said = problem.map(|problem| match problem {
        DoorProblem::WrongPassword => words.say("door-wrong"),
        DoorProblem::TooManyTries { minutes } => words.say_with("door-too-many", &[("minutes", minutes.into())]),
        DoorProblem::LinkSpent => words.say("door-link-spent"),
        DoorProblem::ShortPassword => words.say("door-short"),
        DoorProblem::Different => words.say("door-different"),
        DoorProblem::Stale => words.say("door-stale"),
        DoorProblem::Incomplete => words.say("door-incomplete"),
    });
    html! { @if let Some(said) = said { p.flag.bad #problem role="alert" { (icon("i-stop")) span { (said) } } } }
}

/// One-click sign-in of the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoEntry {
    /// Name of the person.
    pub name: String,
    /// Word of the role.
    pub role: &'static str,
    /// Token of the one-click form.
    pub token: String,
}

/// Sign-in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SignIn {
    /// The workspace's name, where the installation has one only.
    pub company: Option<String>,
    /// Token of the form.
    pub csrf: String,
    /// The address typed before.
    pub email: String,
    /// Where to go afterwards; ours only.
    pub next: Option<String>,
    /// What went wrong.
    pub problem: Option<DoorProblem>,
    /// One-click sign-in, in the demo only.
    pub demo: Vec<DemoEntry>,
}

/// The sign-in page.
pub fn sign_in(words: Words, view: &SignIn) -> Markup {
    page::door(
        words,
        view.company.as_deref(),
        &words.say("sign-in"),
        "/sign-in",
        html! {
            h1.door-title { (words.say("sign-in-title")) }
            @if !view.demo.is_empty() {
                div.stack { @for entry in &view.demo {
                    form method="post" action="/sign-in/demo" { input type="hidden" name="token" value=(entry.token); button.btn.fill.big.wide type="submit" { (icon("i-me")) (words.say_around("sign-in-as", &[("name", html! { (entry.name) }), ("role", html! { (words.term("role", entry.role)) })])) } }
                } }
                p.or { (words.say("or")) }
            }
            form.stack method="post" action="/sign-in" {
                (super::marks::csrf(Some(&view.csrf)))
                @if let Some(next) = &view.next { input type="hidden" name="next" value=(next); }
                label.field { span { (words.say("email")) } input.input.big type="email" name="email" autocomplete="username" required value=(view.email) autofocus; }
                label.field { span { (words.say("password")) } input.input.big type="password" name="password" autocomplete="current-password" required aria-invalid=[view.problem.map(|_| "true")] aria-describedby=[view.problem.map(|_| "problem")]; }
                (problem(words, view.problem))
                button.btn.big.(if view.demo.is_empty() { "fill" } else { "" }) type="submit" { (words.say("sign-in")) }
            }
            p.small.muted { (words.say("sign-in-forgotten")) }
        },
    )
}

/// Who sets a password here, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The first owner of a new installation.
    FirstOwner,
    /// Somebody invited.
    Invitation,
    /// Somebody who lost the password.
    Reset,
}

/// A page on which somebody sets a password.
#[derive(Clone, Debug, PartialEq)]
pub struct SetPassword {
    /// Which.
    pub setting: Setting,
    /// The workspace's name; the first owner chooses it.
    pub company: Option<String>,
    /// Token of the form.
    pub csrf: String,
    /// The one-time token; posted, never put into a further address.
    pub token: String,
    /// Name, as far as known.
    pub name: String,
    /// Address, as far as known.
    pub email: String,
    /// What went wrong.
    pub problem: Option<DoorProblem>,
}

/// First run, invitation or reset.
pub fn set_password(words: Words, view: &SetPassword) -> Markup {
    let (word, address) = match view.setting {
        Setting::FirstOwner => ("first-owner", "/first-run"),
        Setting::Invitation => ("invitation", "/invitation"),
        Setting::Reset => ("reset", "/reset"),
    };
    let named = view.setting != Setting::Reset;
    let spent = view.problem == Some(DoorProblem::LinkSpent);
    page::door(
        words,
        view.company.as_deref(),
        &words.say(&format!("{word}-title")),
        address,
        html! {
            h1.door-title { (words.say(&format!("{word}-title"))) }
            @if spent { (problem(words, view.problem)) a.btn href="/sign-in" { (words.say("sign-in")) } }
            @else {
                p.muted { (words.say(&format!("{word}-text"))) }
                form.stack method="post" action=(address) {
                    (super::marks::csrf(Some(&view.csrf)))
                    input type="hidden" name="token" value=(view.token);
                    @if view.setting == Setting::FirstOwner { label.field { span { (words.say("company")) } input.input.big name="company" required maxlength="80" autocomplete="organization" value=[view.company.as_deref()]; } }
                    @if named { label.field { span { (words.say("name")) } input.input.big name="name" required maxlength="80" autocomplete="name" value=(view.name); } }
                    @if view.setting == Setting::FirstOwner { label.field { span { (words.say("email")) } input.input.big type="email" name="email" required autocomplete="username" value=(view.email); } }
                    @else { p.small.muted { (view.email) } input type="hidden" name="email" autocomplete="username" value=(view.email); }
                    label.field { span { (words.say("password-new")) } input.input.big type="password" name="password" minlength="12" required autocomplete="new-password" aria-describedby="password-hint"; span.small.faint #password-hint { (words.say("password-hint")) } }
                    label.field { span { (words.say("password-again")) } input.input.big type="password" name="again" minlength="12" required autocomplete="new-password"; }
                    (problem(words, view.problem))
                    button.btn.fill.big type="submit" { (words.say(&format!("{word}-do"))) }
                }
            }
        },
    )
}
