//! Named crash points: builds with debug assertions (tests) can kill themselves here, as a power cut would.

/// Dies at `name` when `MADOGUCHI_CRASH_AT=name:count` says so and this is the count-th time.
#[cfg(debug_assertions)]
pub(crate) fn point(name: &str) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicI64, Ordering};
    static WANTED: OnceLock<Option<(String, AtomicI64)>> = OnceLock::new();
    let wanted = WANTED.get_or_init(|| {
        let text = std::env::var("MADOGUCHI_CRASH_AT").ok()?;
        let (name, count) = text.split_once(':').unwrap_or((text.as_str(), "1"));
        Some((name.to_owned(), AtomicI64::new(count.parse().ok()?)))
    });
    if let Some((wanted, left)) = wanted
        && wanted == name
        && left.fetch_sub(1, Ordering::SeqCst) == 1
    {
        tracing::warn!(name, "crash point reached");
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        // The signal is on its way; nothing may happen after this line.
        loop {
            std::thread::park();
        }
    }
}

/// Nothing, in builds for users.
#[cfg(not(debug_assertions))]
pub(crate) fn point(_name: &str) {}
