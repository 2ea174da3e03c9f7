-- Deliveries as delivered, and the cursors that polls go on from. Numbers are gap-free and in commit order per lane,
-- because the head row is advanced in the transaction that writes them: a reader that knows the last number misses nothing.
CREATE TABLE journal_head (
  lane {int} NOT NULL PRIMARY KEY,
  last {int} NOT NULL
);
INSERT INTO journal_head (lane, last) VALUES (0, 0), (1, 0);
-- lane 0: private by the envelope, filed first; lane 1: everything else.
CREATE TABLE delivery (
  lane {int} NOT NULL,
  number {int} NOT NULL,
  workspace_id {uuid} NOT NULL,
  app_id {uuid} NOT NULL,
  network TEXT NOT NULL,
  received_at {time} NOT NULL,
  body {bytes} NOT NULL,
  PRIMARY KEY (lane, number)
);
CREATE INDEX delivery_age ON delivery (received_at);
CREATE TABLE poll_cursor (
  workspace_id {uuid} NOT NULL,
  channel_id {uuid} NOT NULL,
  source TEXT NOT NULL,
  cursor TEXT,
  updated_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, channel_id, source)
);
