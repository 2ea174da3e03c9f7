//! Which crate may use which: the table of ARCHITECTURE.md, and no edge beside it.

use super::finding::Finding;
use super::metadata::{Metadata, Package};

const RULE: &str = "crate_edges";

/// Each crate with the crates of ours that it may use.
const ALLOWED: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("language", &["domain"]),
    ("networks", &["domain"]),
    // From the corpus to the weights of `language`; not part of the product.
    ("training", &["domain", "language"]),
    ("store", &["domain", "language"]),
    ("bus", &["domain"]),
    ("pipeline", &["domain", "language", "networks", "store", "bus"]),
    ("desk", &["domain", "language", "networks", "store", "bus", "pipeline"]),
    ("report", &["domain", "language", "store"]),
    ("web", &["domain", "language", "networks", "store", "bus", "pipeline", "desk", "report"]),
    ("simulator", &[]),
    (
        "madoguchi",
        &["domain", "language", "networks", "store", "bus", "pipeline", "desk", "report", "web", "simulator"],
    ),
    // Only for `bench`, behind its feature: it seeds databases and builds the router without its journal.
    ("xtask", &["domain", "language", "networks", "store", "bus", "pipeline", "web"]),
];

/// Tests of these crates talk to the simulated networks; only as a development dependency.
const TESTED_AGAINST_SIMULATOR: &[&str] = &["networks", "pipeline", "desk", "web"];

/// Crates that one crate alone may use, so that its subject stays in one place.
const ONE_HOME: &[(&str, &str)] = &[("sqlx", "store"), ("axum", "web"), ("maud", "web")];

/// The simulated networks are servers with a control page, and the binary hands listeners over.
const ALSO_SERVES: &[(&str, &str)] = &[("simulator", "axum"), ("simulator", "maud"), ("madoguchi", "axum")];

/// Findings for every edge that the table does not name, and every crate that it does not know.
pub fn check(metadata: &Metadata) -> Vec<Finding> {
    metadata.ours().flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<Finding> {
    let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == package.name) else {
        return vec![Finding::failure(
            RULE,
            &package.name,
            "not in the table of crates: add it here and to ARCHITECTURE.md, with its job",
        )];
    };
    let mut findings = Vec::new();
    for dependency in &package.dependencies {
        let only_in_tests = dependency.kind.as_deref() == Some("dev");
        // A crate's tests may name the crate itself to switch on a feature: not an edge.
        let itself = only_in_tests && dependency.name == package.name;
        if dependency.path.is_some() && !itself {
            let for_tests = only_in_tests
                && dependency.name == "simulator"
                && TESTED_AGAINST_SIMULATOR.contains(&package.name.as_str());
            if !allowed.contains(&dependency.name.as_str()) && !for_tests {
                findings.push(Finding::failure(RULE, &package.name, format!("may not use `{}`", dependency.name)));
            }
        } else if let Some((_, home)) = ONE_HOME.iter().find(|(subject, _)| *subject == dependency.name) {
            let serves = ALSO_SERVES.contains(&(package.name.as_str(), dependency.name.as_str()));
            if package.name != *home && !serves && !only_in_tests {
                findings.push(Finding::failure(
                    RULE,
                    &package.name,
                    format!("only `{home}` may use `{}`", dependency.name),
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::metadata::Dependency;

    fn package(name: &str, dependencies: &[(&str, Option<&str>, bool)]) -> Package {
        Package {
            name: name.to_owned(),
            version: "0.1.0".to_owned(),
            id: name.to_owned(),
            license: None,
            source: None,
            dependencies: dependencies
                .iter()
                .map(|(name, kind, ours)| Dependency {
                    name: (*name).to_owned(),
                    kind: kind.map(str::to_owned),
                    path: ours.then(|| format!("crates/{name}")),
                })
                .collect(),
        }
    }

    fn messages(package: &Package) -> Vec<String> {
        check_package(package).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn edges_of_the_table_pass() {
        let pipeline = package("pipeline", &[("store", None, true), ("networks", None, true)]);
        assert!(messages(&pipeline).is_empty());
    }

    #[test]
    fn an_edge_beside_the_table_fails_even_in_tests() {
        let upward = package("store", &[("web", Some("dev"), true)]);
        assert_eq!(messages(&upward), ["may not use `web`"]);
        let mirrored = package("simulator", &[("networks", None, true)]);
        assert_eq!(messages(&mirrored), ["may not use `networks`"]);
    }

    #[test]
    fn a_crate_may_switch_on_its_own_feature_for_tests() {
        assert!(messages(&package("store", &[("store", Some("dev"), true)])).is_empty());
    }

    #[test]
    fn the_simulator_serves_tests_only() {
        let in_tests = package("networks", &[("simulator", Some("dev"), true)]);
        assert!(messages(&in_tests).is_empty());
        let in_product = package("networks", &[("simulator", None, true)]);
        assert_eq!(messages(&in_product), ["may not use `simulator`"]);
    }

    #[test]
    fn sql_and_screens_have_one_home() {
        assert_eq!(messages(&package("desk", &[("sqlx", None, false)])), ["only `store` may use `sqlx`"]);
        assert!(messages(&package("simulator", &[("axum", None, false)])).is_empty());
        assert!(messages(&package("pipeline", &[("sqlx", Some("dev"), false)])).is_empty());
    }

    #[test]
    fn an_unknown_crate_is_told_to_introduce_itself() {
        assert!(messages(&package("misc", &[]))[0].starts_with("not in the table"));
    }
}
