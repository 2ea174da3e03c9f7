//! Every screen is HTML that a strict parser has nothing to say about, without anything the content policy would refuse.

use super::sample;
use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use std::collections::HashSet;
use web::words::Words;

fn walk(node: &Handle, see: &mut impl FnMut(&str, &[(String, String)])) {
    if let NodeData::Element { name, attrs, .. } = &node.data {
        let attributes: Vec<(String, String)> = attrs
            .borrow()
            .iter()
            .map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string()))
            .collect();
        see(&name.local, &attributes);
    }
    for child in node.children.borrow().iter() {
        walk(child, see);
    }
}

#[test]
fn screens_parse_without_errors_and_ids_are_unique() {
    for words in Words::ALL {
        for (name, html) in sample::screens(*words) {
            let dom = parse_document(RcDom::default(), ParseOpts::default()).one(html.as_str());
            assert!(dom.errors.borrow().is_empty(), "{name}: {:?}", dom.errors.borrow());
            let mut ids = HashSet::new();
            let mut targets = Vec::new();
            walk(&dom.document, &mut |element, attributes| {
                for (attribute, value) in attributes {
                    assert_ne!(attribute, "style", "{name}: inline style on <{element}>");
                    assert!(!attribute.starts_with("on"), "{name}: inline script on <{element}>");
                    if attribute == "id" {
                        assert!(ids.insert(value.clone()), "{name}: id {value} twice");
                    }
                    if matches!(
                        attribute.as_str(),
                        "for" | "aria-labelledby" | "aria-describedby" | "aria-controls" | "list"
                    ) {
                        targets.extend(value.split_whitespace().map(|id| (attribute.clone(), id.to_owned())));
                    }
                }
                let has = |wanted: &str| attributes.iter().any(|(attribute, _)| attribute == wanted);
                assert!(element != "script" || has("src"), "{name}: a script without an address");
                assert!(element != "style", "{name}: an inline style sheet");
                assert!(element != "img" || has("alt"), "{name}: a picture without a description");
                let posts = attributes.iter().any(|(attribute, value)| attribute == "method" && value == "post");
                assert!(!posts || has("action"), "{name}: a form that needs a script");
            });
            for (attribute, id) in targets {
                assert!(ids.contains(&id), "{name}: {attribute} names {id}, which is not there");
            }
        }
    }
}

#[test]
fn every_form_that_writes_carries_the_token() {
    for (name, html) in sample::screens(Words::English) {
        for form in
            html.split("<form").skip(1).filter(|form| form.split('>').next().unwrap().contains("method=\"post\""))
        {
            let form = form.split("</form>").next().unwrap();
            assert!(
                form.contains("name=\"csrf\"") || form.contains("/sign-in/demo"),
                "{name}: a form without the token: {form:.80}"
            );
        }
    }
}
