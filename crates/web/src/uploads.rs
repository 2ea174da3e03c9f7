//! Files: taken from who is signed in, sniffed, stripped of where they were taken, kept under their id, and given out
//! through addresses that nobody can guess and that expire.

mod image;
mod serve;
mod take;

pub use serve::{FileLink, file_link, routes};
pub use take::{Taken, take};
