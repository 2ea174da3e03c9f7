//! Rust text as a flat row of tokens: comments and attributes gone, each token marked as test or not.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::str::FromStr;

/// What a token is, as far as the rules care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or keyword.
    Name(String),
    /// The content of a string literal, escapes as written.
    Text(String),
    /// Punctuation, and the brackets of groups.
    Mark(char),
    /// Any other literal.
    Other,
}

/// One token.
#[derive(Clone, Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its line, from 1.
    pub line: usize,
    /// Whether it stands under `#[cfg(test)]` or in a test function.
    pub in_test: bool,
}

impl Token {
    /// The name, if this is one.
    pub fn name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Name(name) => Some(name),
            _ => None,
        }
    }

    /// Whether this is the given punctuation.
    pub fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }
}

/// The tokens of a file; none when it does not parse (the compiler says so better than we could).
pub fn tokens(text: &str) -> Vec<Token> {
    // A byte order mark or `#!` line is not Rust to the tokeniser.
    let Ok(stream) = TokenStream::from_str(text) else {
        return Vec::new();
    };
    let whole_file_is_test = text.lines().any(|line| line.trim_start().starts_with("#![cfg(test)]"));
    let mut flat = Vec::new();
    flatten(stream, whole_file_is_test, &mut flat);
    flat
}

fn flatten(stream: TokenStream, in_test: bool, flat: &mut Vec<Token>) {
    let mut trees = stream.into_iter().peekable();
    // Set by `#[cfg(test)]` or `#[test]` until the item that follows has ended.
    let mut item_in_test = false;
    while let Some(tree) = trees.next() {
        if matches!(&tree, TokenTree::Punct(mark) if mark.as_char() == '#') {
            if matches!(trees.peek(), Some(TokenTree::Punct(mark)) if mark.as_char() == '!') {
                trees.next();
            }
            if let Some(TokenTree::Group(group)) = trees.peek()
                && group.delimiter() == Delimiter::Bracket
            {
                item_in_test |= marks_a_test(&group.stream());
                trees.next();
            }
            continue;
        }
        let line = tree.span().start().line;
        let here = in_test || item_in_test;
        let mut push = |kind| {
            flat.push(Token { kind, line, in_test: here });
        };
        match tree {
            TokenTree::Ident(name) => push(Kind::Name(name.to_string())),
            TokenTree::Literal(literal) => push(literal_kind(&literal.to_string())),
            TokenTree::Punct(mark) => {
                push(Kind::Mark(mark.as_char()));
                item_in_test &= mark.as_char() != ';';
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Brace => ('{', '}'),
                    Delimiter::Bracket => ('[', ']'),
                    Delimiter::Parenthesis | Delimiter::None => ('(', ')'),
                };
                push(Kind::Mark(open));
                flatten(group.stream(), here, flat);
                flat.push(Token { kind: Kind::Mark(close), line: group.span_close().start().line, in_test: here });
                item_in_test &= group.delimiter() != Delimiter::Brace;
            }
        }
    }
}

/// `cfg(test)`, `cfg(all(test, …))`, `test`, `tokio::test`, but not `cfg(not(test))` or `cfg_attr`.
fn marks_a_test(attribute: &TokenStream) -> bool {
    let mut names = Vec::new();
    let mut stack: Vec<TokenTree> = attribute.clone().into_iter().collect();
    stack.reverse();
    while let Some(tree) = stack.pop() {
        match tree {
            TokenTree::Ident(name) => names.push(name.to_string()),
            TokenTree::Group(group) => {
                let mut inner: Vec<TokenTree> = group.stream().into_iter().collect();
                inner.reverse();
                stack.extend(inner);
            }
            _ => {}
        }
    }
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    match names.first().map(String::as_str) {
        Some("cfg") => has("test") && !has("not"),
        Some("test") => true,
        Some("tokio") => names.get(1).is_some_and(|name| name == "test"),
        _ => false,
    }
}

fn literal_kind(literal: &str) -> Kind {
    let body = literal.trim_start_matches(['b', 'c']);
    let raw = body.trim_start_matches('r').trim_start_matches('#');
    let (Some(start), Some(end)) = (raw.strip_prefix('"'), raw.rfind('"')) else {
        return Kind::Other;
    };
    let length = end.saturating_sub(1);
    Kind::Text(start.get(..length).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<(String, usize, bool)> {
        tokens(source)
            .into_iter()
            .filter_map(|token| match token.kind {
                Kind::Text(text) => Some((text, token.line, token.in_test)),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn comments_and_attributes_hold_no_texts() {
        let source = "//! \"a\"\n/// says \"b\"\n#[doc = \"c\"]\nfn f() { g(\"d\") /* \"e\" */ }";
        assert_eq!(texts(source), [("d".to_owned(), 4, false)]);
    }

    #[test]
    fn raw_and_byte_strings_are_texts_and_characters_are_not() {
        let source = r##"fn f() { (r#"say "hi""#, b"bytes", 'c', 1, r"plain", "") }"##;
        let found: Vec<String> = texts(source).into_iter().map(|(text, ..)| text).collect();
        assert_eq!(found, [r#"say "hi""#, "bytes", "plain", ""]);
    }

    #[test]
    fn the_test_module_is_marked_and_what_follows_is_not() {
        let source = "#[cfg(test)]\nmod tests { fn a() { b(\"in\") } }\nfn c() { d(\"out\") }\n\
                      #[cfg(test)]\nmod more;\nfn e() { f(\"out too\") }\n\
                      #[tokio::test]\nasync fn g() { h(\"in too\") }\n\
                      #[cfg(not(test))]\nfn i() { j(\"live\") }";
        let marks: Vec<(String, bool)> = texts(source).into_iter().map(|(text, _, in_test)| (text, in_test)).collect();
        assert_eq!(
            marks,
            [
                ("in".to_owned(), true),
                ("out".to_owned(), false),
                ("out too".to_owned(), false),
                ("in too".to_owned(), true),
                ("live".to_owned(), false),
            ]
        );
    }
}
