//! The palette (Mod+K) and the sheet of keys: both are the registry of commands, written out.

use super::commands::{COMMANDS, Scope, keys_of, named, printed};
use super::marks::icon;
use super::view::{Frame, Reader};
use maud::{Markup, html};

/// The palette: a dialog with a text field that narrows the commands; `keys.js` fills it from the registry when it first opens.
pub fn palette(frame: &Frame) -> Markup {
    let reader = &frame.reader;
    let words = reader.words;
    html! {
        dialog.palette #palette aria-label=(words.say("command-palette")) {
            form method="dialog" {
                label.palette-field { (icon("i-search")) span.sr { (words.say("palette-find")) }
                    input #palette-field type="text" autocomplete="off" spellcheck="false" placeholder=(words.say("palette-find")) role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list"; }
                ul #palette-list role="listbox" aria-label=(words.say("command-palette")) {}
                p.palette-none.muted hidden { (words.say("palette-none")) }
            }
        }
    }
}

/// The `?` sheet, fetched when it is asked for: every key, by where it works, and how to change or switch them off.
pub fn sheet(reader: &Reader) -> Markup {
    let words = reader.words;
    let scopes = [
        (Scope::List, "keys-list"),
        (Scope::Case, "keys-case"),
        (Scope::Writing, "keys-writing"),
        (Scope::Everywhere, "keys-everywhere"),
    ];
    html! {
        dialog.keysheet #keysheet data-opens="modal" aria-labelledby="keysheet-title" {
            header.line { h2 #keysheet-title { (words.say("command-keys")) } form.push method="dialog" { button.btn.plain.square aria-label=(words.say("close-panel")) { (icon("i-stop")) } } }
            @if reader.keys.off { p.flag.plain { (icon("i-keys")) span { (words.say("keys-are-off")) } } }
            div.keysheet-groups {
                @for (scope, title) in scopes {
                    section.stack { h3 { (words.say(title)) }
                        dl.keylist { @for command in COMMANDS.iter().filter(|command| command.scope == scope) { @let keys = keys_of(reader, command); @if !keys.is_empty() {
                            dt { (named(words, command)) } dd.line { @for key in keys { kbd.key { (printed(&key)) } } }
                        } } }
                    }
                }
            }
            p.small.muted { a href="/settings/profile#keys" { (words.say("keys-change")) } }
        }
    }
}
