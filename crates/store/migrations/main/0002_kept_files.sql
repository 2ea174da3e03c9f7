-- Files of a draft, in their order: they stay with it over a reload, and an upload that is in a draft is not an orphan.
CREATE TABLE draft_attachment (
  workspace_id {uuid} NOT NULL,
  agent_id {uuid} NOT NULL,
  case_id {uuid} NOT NULL,
  voice TEXT NOT NULL,
  attachment_id {uuid} NOT NULL,
  place {int} NOT NULL,
  -- As typed; NULL keeps the upload's.
  alt_text TEXT,
  PRIMARY KEY (workspace_id, agent_id, case_id, voice, attachment_id)
);
CREATE INDEX draft_attachment_file ON draft_attachment (workspace_id, attachment_id);
