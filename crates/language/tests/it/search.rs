//! Search tokens: words and grams in two columns.

use language::tokens::{index_tokens, query_tokens};

fn finds_by_words(text: &str, query: &str) -> bool {
    let (index, query) = (index_tokens(text), query_tokens(query));
    !query.words.is_empty() && query.words.iter().all(|word| index.words.contains(word))
}

fn finds_by_grams(text: &str, query: &str) -> bool {
    let (index, query) = (index_tokens(text), query_tokens(query));
    !query.grams.is_empty() && query.grams.iter().all(|gram| index.grams.contains(gram))
}

#[test]
fn kyoto_is_not_found_in_tokyo_by_words_but_by_grams() {
    assert!(!finds_by_words("東京都に住んでいます", "京都"));
    assert!(finds_by_words("京都に行きました", "京都"));
    assert!(finds_by_grams("東京都に住んでいます", "京都"));
}

#[test]
fn one_and_two_characters_are_enough() {
    for (text, query) in
        [("お金を返して", "金"), ("返金はいつですか", "返金"), ("口座の残高", "残"), ("アプリが落ちる", "落ち")]
    {
        assert!(finds_by_grams(text, query), "{query} in {text}");
    }
    assert!(!finds_by_grams("返品したい", "返金"));
}

#[test]
fn width_and_case_fold_accents_stay() {
    assert!(finds_by_words("ＡＰＰが ﾌﾘｰｽﾞ", "app"));
    assert!(finds_by_words("ﾌﾘｰｽﾞした", "フリーズ"));
    assert!(finds_by_words("Überweisung hängt", "überweisung"));
    assert!(!finds_by_words("schon da", "schön"));
    assert_eq!(index_tokens("don't stop, O'Neill!").words, ["don't", "stop", "o'neill"]);
    assert!(index_tokens("😀 !!! …").words.is_empty());
}
