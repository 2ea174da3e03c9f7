-- A list in the order of priority that a selective index finds is sorted from the index alone, without the cases.
DROP INDEX cases_kind;
DROP INDEX cases_language;
DROP INDEX cases_private;
DROP INDEX cases_noise;
DROP INDEX cases_rare_form;
DROP INDEX cases_no_reply;
CREATE INDEX cases_kind ON cases (workspace_id, kind, last_position DESC, id DESC, facets, priority, waiting_key);
CREATE INDEX cases_language ON cases (workspace_id, language, last_position DESC, id DESC, facets, priority, waiting_key);
CREATE INDEX cases_private ON cases (workspace_id, last_position DESC, id DESC, facets, priority, waiting_key) WHERE private;
CREATE INDEX cases_noise ON cases (workspace_id, last_position DESC, id DESC, facets, priority, waiting_key) WHERE noise IS NOT NULL;
CREATE INDEX cases_rare_form ON cases (workspace_id, last_position DESC, id DESC, facets, priority, waiting_key) WHERE form NOT IN ('mention', 'reply', 'direct_message');
CREATE INDEX cases_no_reply ON cases (workspace_id, last_position DESC, id DESC, facets, priority, waiting_key) WHERE no_reply_reason IS NOT NULL;
