-- The search index: rebuildable. `words` are whole words, `grams` the one- and two-character runs of CJK.
--sqlite CREATE VIRTUAL TABLE message_index USING fts5(words, grams, content='', contentless_delete=1, detail=full, tokenize="unicode61 remove_diacritics 0 tokenchars ':_-'");
--sqlite CREATE TABLE indexed_message (position INTEGER PRIMARY KEY, message_id BLOB NOT NULL UNIQUE, workspace_id BLOB NOT NULL);
--postgres CREATE TABLE indexed_message (workspace_id uuid NOT NULL, message_id uuid NOT NULL, position bigint NOT NULL, words tsvector NOT NULL, grams tsvector NOT NULL, PRIMARY KEY (workspace_id, message_id));
--postgres CREATE INDEX indexed_message_words ON indexed_message USING gin (words);
--postgres CREATE INDEX indexed_message_grams ON indexed_message USING gin (grams);
--postgres CREATE INDEX indexed_message_position ON indexed_message (workspace_id, position DESC);
CREATE TABLE index_progress (
  workspace_id {uuid} NOT NULL PRIMARY KEY,
  event_number {int} NOT NULL
);
