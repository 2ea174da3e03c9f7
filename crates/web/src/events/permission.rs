//! Who may see which event, and which events may end a stream.

use domain::people::Scope;
use store::event::Event;

/// Kinds that tell about people, keys and set-up: for who manages.
const FOR_MANAGERS: &[&str] = &["agent.", "token.", "app.", "parked.", "session.", "cost."];

/// Whether the reader may see it.
pub fn may_see(scope: &Scope, event: &Event) -> bool {
    scope.may_manage() || !FOR_MANAGERS.iter().any(|start| event.kind.starts_with(start))
}

/// Whether somebody's access may have changed: the stream then asks whether its own still holds.
pub fn touches_access(event: &Event) -> bool {
    ["agent.changed", "session.ended", "token.changed"].contains(&event.kind.as_str())
}
