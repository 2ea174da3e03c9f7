//! Whether a licence expression (SPDX) can be met with allowed licences alone.

/// `A OR B` needs one side, `A AND B` both; `WITH` belongs to the licence before it; the old `A/B` means OR.
pub fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut position = 0;
    let verdict = any_of(&words, &mut position, allowed);
    // Words left over mean that we did not understand: never allowed.
    verdict && position == words.len()
}

fn any_of(words: &[&str], position: &mut usize, allowed: &[String]) -> bool {
    let mut verdict = all_of(words, position, allowed);
    while words.get(*position) == Some(&"OR") {
        *position += 1;
        verdict |= all_of(words, position, allowed);
    }
    verdict
}

fn all_of(words: &[&str], position: &mut usize, allowed: &[String]) -> bool {
    let mut verdict = one(words, position, allowed);
    while words.get(*position) == Some(&"AND") {
        *position += 1;
        verdict &= one(words, position, allowed);
    }
    verdict
}

fn one(words: &[&str], position: &mut usize, allowed: &[String]) -> bool {
    let Some(word) = words.get(*position) else {
        return false;
    };
    *position += 1;
    if *word == "(" {
        let verdict = any_of(words, position, allowed);
        let closed = words.get(*position) == Some(&")");
        *position += 1;
        return verdict && closed;
    }
    let mut licence = (*word).to_owned();
    if words.get(*position) == Some(&"WITH") {
        licence = format!("{licence} WITH {}", words.get(*position + 1).unwrap_or(&""));
        *position += 2;
    }
    allowed.contains(&licence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_weighed() {
        let allowed: Vec<String> =
            ["MIT", "Apache-2.0", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned).to_vec();
        for good in [
            "MIT",
            "GPL-3.0-only OR MIT",
            "MIT/Apache-2.0",
            "(MIT OR GPL-2.0-only) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0-only",
        ] {
            assert!(is_allowed(good, &allowed), "{good}");
        }
        for bad in ["", "GPL-3.0-only", "MIT AND GPL-3.0-only", "MIT WITH Something", "(MIT", "MIT GPL-3.0-only"] {
            assert!(!is_allowed(bad, &allowed), "{bad}");
        }
    }
}
