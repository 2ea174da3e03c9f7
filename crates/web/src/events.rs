//! Event streams: every change of a workspace to who may see it, in order, once, from any number on.
//!
//! `/api/v1/events` sends each event by itself; `/app/events` sends notices for the screens, at most four a second, each
//! with all events since the last. Both carry the event number as the SSE id and go on after `Last-Event-ID`. What lies
//! further back than is kept begins with `reset`: reload, then go on from the number it names.

mod hub;
mod permission;
pub mod stream;

pub use hub::{Hub, StreamPlace};
pub use stream::{EventsQuery, screen_stream};
