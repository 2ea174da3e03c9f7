//! Integration tests of the HTTP edge.

mod attacks_authorisation;
mod attacks_files;
mod attacks_intake;
mod attacks_login;
mod attacks_output;
mod attacks_realtime;
mod openapi;
mod screens;
mod world;
