//! The one registry of commands: it drives the keys, the palette, the tooltips and the `?` sheet.

use super::view::Reader;
use crate::words::Words;
use serde::Serialize;

/// Where a command works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everywhere.
    Everywhere,
    /// In a list.
    List,
    /// With a case open.
    Case,
    /// While writing; the only commands that work inside a text field.
    Writing,
}

/// Something a person can ask for.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// Stable id; the translation key is `command-` and this. An element with `data-command` of this id carries it out.
    pub id: &'static str,
    /// Keys in the browser's spelling: `Mod` is Ctrl or ⌘, a space separates the keys of a sequence.
    pub keys: &'static [&'static str],
    /// Where it works.
    pub scope: Scope,
    /// Address that it opens, for commands that are places.
    pub address: Option<&'static str>,
    /// Whether the palette lists it; movement is for keys only.
    pub in_palette: bool,
}

const fn command(id: &'static str, keys: &'static [&'static str], scope: Scope) -> Command {
    Command { id, keys, scope, address: None, in_palette: true }
}
const fn movement(id: &'static str, keys: &'static [&'static str], scope: Scope) -> Command {
    Command { id, keys, scope, address: None, in_palette: false }
}
const fn place(id: &'static str, keys: &'static [&'static str], address: &'static str) -> Command {
    Command { id, keys, scope: Scope::Everywhere, address: Some(address), in_palette: true }
}

/// Every command of the product, in the order of the sheet.
pub const COMMANDS: &[Command] = &[
    movement("next", &["j"], Scope::List),
    movement("previous", &["k"], Scope::List),
    movement("open", &["Enter"], Scope::List),
    movement("back", &["u", "Escape"], Scope::Everywhere),
    movement("select", &["x"], Scope::List),
    movement("select-next", &["Shift+J"], Scope::List),
    movement("select-previous", &["Shift+K"], Scope::List),
    command("reply", &["r"], Scope::Case),
    command("private", &["d"], Scope::Case),
    command("note", &["n"], Scope::Case),
    movement("send", &["Mod+Enter"], Scope::Writing),
    movement("send-and-close", &["Mod+Shift+Enter"], Scope::Writing),
    command("close", &["e"], Scope::Case),
    command("close-and-next", &["Shift+E"], Scope::Case),
    command("snooze", &["h"], Scope::Case),
    command("assign", &["a"], Scope::Case),
    command("assign-me", &["i"], Scope::Case),
    command("why", &["w"], Scope::Case),
    command("undo", &["z"], Scope::Everywhere),
    command("write-new", &["c"], Scope::Everywhere),
    command("search", &["/"], Scope::Everywhere),
    movement("palette", &["Mod+K"], Scope::Everywhere),
    command("keys", &["?"], Scope::Everywhere),
    command("left-panel", &["["], Scope::Everywhere),
    command("right-panel", &["]"], Scope::Everywhere),
    place("go-inbox", &["g i", "1"], "/inbox?view=needs_reply"),
    place("go-mine", &["g m", "2"], "/inbox?view=mine"),
    place("go-unassigned", &["g u", "3"], "/inbox?view=unassigned"),
    place("go-waiting", &["4"], "/inbox?view=waiting"),
    place("go-private", &["5"], "/inbox?view=private"),
    place("go-public-complaints", &["6"], "/inbox?view=public_complaints"),
    place("go-praise", &["7"], "/inbox?view=praise"),
    place("go-noise", &["g n", "8"], "/inbox?view=noise"),
    place("go-snoozed", &["9"], "/inbox?view=snoozed"),
    place("go-profile", &["g p"], "/settings/profile"),
];

/// The keys of a command as the reader has them; none when keys are switched off (except with `Mod`).
pub fn keys_of(reader: &Reader, command: &Command) -> Vec<String> {
    let chosen = reader.keys.changed.iter().find(|(id, _)| id == command.id);
    let keys: Vec<String> = match chosen {
        Some((_, key)) if key.is_empty() => Vec::new(),
        Some((_, key)) => vec![key.clone()],
        None => command.keys.iter().map(|key| (*key).to_owned()).collect(),
    };
    keys.into_iter().filter(|key| !reader.keys.off || key.starts_with("Mod+") || key == "Escape").collect()
}

/// The words of a command.
pub fn named(words: Words, command: &Command) -> String {
    words.say(&format!("command-{}", command.id))
}

#[derive(Serialize)]
struct ForBrowser {
    id: &'static str,
    keys: Vec<String>,
    scope: Scope,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'static str>,
    /// Its words, for commands that the palette lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// The registry for `keys.js`: a JSON array of `{id, keys, scope, address?, name?}` with the reader's own keys.
pub fn for_browser(reader: &Reader) -> String {
    let commands: Vec<ForBrowser> = COMMANDS
        .iter()
        .map(|command| ForBrowser {
            id: command.id,
            keys: keys_of(reader, command),
            scope: command.scope,
            address: command.address,
            name: command.in_palette.then(|| named(reader.words, command)),
        })
        .collect();
    serde_json::to_string(&commands).unwrap_or_else(|_| "[]".to_owned())
}

/// A key as it is printed on a keyboard: `Mod+Enter` → `Ctrl ↵`; the browser swaps in ⌘ on a Mac.
pub fn printed(key: &str) -> String {
    key.replace("Mod+", "Ctrl ").replace("Shift+", "⇧").replace("Enter", "↵").replace("Escape", "Esc")
}
