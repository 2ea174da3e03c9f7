//! Memory of a process as the kernel counts it.

use anyhow::{Context, Result};

/// Kilobytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Pages in memory, shared ones in full.
    pub resident: u64,
    /// Pages in memory, shared ones by their share.
    pub proportional: u64,
}

impl Memory {
    /// Of a process.
    pub fn of(process: u32) -> Result<Self> {
        let path = format!("/proc/{process}/smaps_rollup");
        Ok(Self::read(&std::fs::read_to_string(&path).with_context(|| path.clone())?))
    }

    fn read(rollup: &str) -> Self {
        let of = |name: &str| {
            let line = rollup.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
        };
        Self { resident: of("Rss:"), proportional: of("Pss:") }
    }

    /// The greater of each.
    pub fn most(self, other: Self) -> Self {
        Self { resident: self.resident.max(other.resident), proportional: self.proportional.max(other.proportional) }
    }
}

impl std::fmt::Display for Memory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "PSS {} MB, RSS {} MB", self.proportional / 1024, self.resident / 1024)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rollup_is_read() {
        let memory = Memory::read("55-7f ---p [rollup]\nRss:  2048 kB\nPss:  1024 kB\nPss_Dirty: 3 kB\n");
        assert_eq!(memory, Memory { resident: 2048, proportional: 1024 });
    }
}
