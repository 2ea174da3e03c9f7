//! The agent's sign-off below a text, as the channel wants it: nothing, initials, or a name.

use language::normalise::is_kana;
use store::account::Agent;
use store::channel::SignOff;

/// What is appended to a text: ` ^TM`, `\n担当：佐藤`, `\n– Mina`; empty when the channel wants none.
///
/// A name goes by the script of the text; an empty text by the agent's language.
pub fn sign_off(setting: SignOff, agent: &Agent, text: &str) -> String {
    let own = agent.profile.sign_off.trim().trim_start_matches('^').trim();
    match setting {
        SignOff::None => String::new(),
        SignOff::Initials => {
            let initials = if own.is_empty() { initials(&agent.name) } else { own.to_owned() };
            if initials.is_empty() { initials } else { format!(" ^{initials}") }
        }
        SignOff::Name => {
            let name = if own.is_empty() { agent.name.trim() } else { own };
            let japanese = if text.trim().is_empty() {
                agent.profile.language.starts_with("ja")
            } else {
                text.chars().any(is_kana)
            };
            match (name.is_empty(), japanese) {
                (true, _) => String::new(),
                (false, true) => format!("\n担当：{name}"),
                (false, false) => format!("\n– {name}"),
            }
        }
    }
}

/// First letters of a name's words; of a name without blanks the first letter.
fn initials(name: &str) -> String {
    name.split_whitespace().filter_map(|word| word.chars().next()).take(3).flat_map(char::to_uppercase).collect()
}

/// The text with its sign-off, which is not said twice.
pub(crate) fn signed(text: &str, sign_off: &str) -> String {
    let text = text.trim_end();
    if sign_off.is_empty() || text.ends_with(sign_off.trim()) { text.to_owned() } else { format!("{text}{sign_off}") }
}
