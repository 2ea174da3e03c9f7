//! The store from outside, on every engine there is.

mod filing;
