//! The screens: what they show, that they are well formed, that nothing from outside becomes markup, that every word exists.

mod attacks;
mod components;
mod gallery;
mod length;
mod sample;
mod served;
mod translations;
mod well_formed;
