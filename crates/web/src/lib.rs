//! The product's HTTP edge: screens, and what they are made of.

pub mod assets;
pub mod screens;
pub mod words;
