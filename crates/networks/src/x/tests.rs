//! Tests of the folder: official conformance data, fixtures, hostile bodies, and calls against a small server.

mod calls;
mod conformance;
mod hostile;
mod reading;
mod samples;
mod text;
mod webhook;
