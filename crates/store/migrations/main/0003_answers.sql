-- Answers of the screens are kept beside those of the API: they have headers of their own, and are needed for minutes, not a day.
-- What the table held were answers for repeats of the last day; it begins anew.
DROP TABLE idempotency;
CREATE TABLE idempotency (
  workspace_id {uuid} NOT NULL,
  actor TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash {bytes} NOT NULL,
  -- NULL while the first request with this key is under way.
  status {int},
  headers {json},
  -- Encrypted: an answer may hold a token that is shown once.
  body {bytes},
  created_at {time} NOT NULL,
  expires_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, actor, key)
);
CREATE INDEX idempotency_expiry ON idempotency (expires_at);
