-- The spine. The workspace is part of every key and unique constraint, so that tables can be distributed by it.

CREATE TABLE workspace (
  id {uuid} NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  zone TEXT NOT NULL,
  -- The last event number; advanced as the last statement before commit.
  last_event {int} NOT NULL,
  settings {json} NOT NULL,
  created_at {time} NOT NULL
);

-- How far each lane of the journal has been filed.
CREATE TABLE journal_progress (
  lane {int} NOT NULL PRIMARY KEY,
  filed {int} NOT NULL
);
INSERT INTO journal_progress (lane, filed) VALUES (0, 0), (1, 0);

-- Work partitions and other things that one node at a time may do.
CREATE TABLE lease (
  name TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,
  until {time} NOT NULL
);

CREATE TABLE app (
  workspace_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  network TEXT NOT NULL,
  name TEXT NOT NULL,
  settings {json} NOT NULL,
  -- Encrypted with the key outside the database.
  secrets {bytes} NOT NULL,
  enabled {bool} NOT NULL,
  created_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX app_id ON app (id);

CREATE TABLE channel (
  workspace_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  app_id {uuid} NOT NULL,
  network TEXT NOT NULL,
  external_id TEXT NOT NULL,
  handle TEXT NOT NULL,
  name TEXT NOT NULL,
  avatar_url TEXT,
  role TEXT NOT NULL,
  access_level TEXT,
  -- Sign-off of agents in public and private texts: none, initials (^TM) or name (担当：佐藤).
  sign_off TEXT NOT NULL,
  -- connected, revoked, disabled
  state TEXT NOT NULL,
  state_reason TEXT,
  tokens {bytes} NOT NULL,
  tokens_expire_at {time},
  created_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX channel_account ON channel (workspace_id, network, external_id);

CREATE TABLE agent (
  workspace_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  password_hash TEXT,
  language TEXT NOT NULL,
  zone TEXT NOT NULL,
  theme TEXT NOT NULL,
  density TEXT NOT NULL,
  sign_off TEXT NOT NULL,
  undo_seconds {int} NOT NULL,
  keys {json} NOT NULL,
  seen_at {time},
  disabled_at {time},
  created_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
-- One person signs in with one address, whatever the workspace.
CREATE UNIQUE INDEX agent_email ON agent (email);

-- Invitations, resets and one-click links: single use, hashed at rest.
CREATE TABLE one_time_link (
  hash {bytes} NOT NULL PRIMARY KEY,
  workspace_id {uuid} NOT NULL,
  agent_id {uuid} NOT NULL,
  purpose TEXT NOT NULL,
  expires_at {time} NOT NULL,
  used_at {time}
);
CREATE INDEX one_time_link_agent ON one_time_link (workspace_id, agent_id);

CREATE TABLE session (
  hash {bytes} NOT NULL PRIMARY KEY,
  workspace_id {uuid} NOT NULL,
  agent_id {uuid} NOT NULL,
  created_at {time} NOT NULL,
  seen_at {time} NOT NULL,
  expires_at {time} NOT NULL,
  device TEXT NOT NULL
);
CREATE INDEX session_agent ON session (workspace_id, agent_id);

CREATE TABLE api_token (
  workspace_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  hash {bytes} NOT NULL,
  name TEXT NOT NULL,
  can_write {bool} NOT NULL,
  created_by {uuid},
  created_at {time} NOT NULL,
  used_at {time},
  revoked_at {time},
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX api_token_hash ON api_token (hash);

-- Sign-in attempts by account and by address, for rate limits that survive a restart. One row a subject, counted up by one
-- statement, so that parallel attempts are counted one by one.
CREATE TABLE login_attempt (
  subject TEXT NOT NULL PRIMARY KEY,
  since {time} NOT NULL,
  attempts {int} NOT NULL
);
CREATE INDEX login_attempt_age ON login_attempt (since);

CREATE TABLE contact (
  workspace_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  name TEXT NOT NULL,
  language TEXT,
  created_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE identity (
  workspace_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  contact_id {uuid} NOT NULL,
  network TEXT NOT NULL,
  scope TEXT NOT NULL,
  external_id TEXT NOT NULL,
  handle TEXT,
  name TEXT,
  avatar_url TEXT,
  followers {int},
  -- Earlier handles, oldest first.
  handle_history {json} NOT NULL,
  created_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX identity_account ON identity (workspace_id, network, scope, external_id);
CREATE INDEX identity_contact ON identity (workspace_id, contact_id);
CREATE INDEX identity_handle ON identity (workspace_id, handle);

CREATE TABLE thread (
  workspace_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  network TEXT NOT NULL,
  scope TEXT NOT NULL,
  root_external_id TEXT NOT NULL,
  -- Account id of the root's author, when known.
  root_author TEXT,
  created_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX thread_root ON thread (workspace_id, network, scope, root_external_id);

-- Lists show cases. What lists filter and sort by is kept here, so that no list joins.
CREATE TABLE cases (
  workspace_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  -- Counts up per workspace; what people say to each other.
  number {int} NOT NULL,
  contact_id {uuid} NOT NULL,
  contact_name TEXT NOT NULL,
  state TEXT NOT NULL,
  -- 0 safety, 1-7 levels, 8 noise.
  priority {int} NOT NULL,
  kind TEXT NOT NULL,
  reply_need TEXT NOT NULL,
  noise TEXT,
  about TEXT NOT NULL,
  sentiment TEXT NOT NULL,
  language TEXT NOT NULL,
  network TEXT NOT NULL,
  -- The channel that was addressed.
  channel_id {uuid},
  form TEXT NOT NULL,
  private {bool} NOT NULL,
  -- First words of the message that stands for the case, personal data masked.
  excerpt TEXT NOT NULL,
  reasons {json} NOT NULL,
  policy TEXT NOT NULL,
  policy_version {int} NOT NULL,
  assignee_id {uuid},
  waiting_since {time},
  snoozed_until {time},
  closed_at {time},
  closed_by {uuid},
  no_reply_reason TEXT,
  last_inbound {int} NOT NULL,
  last_outbound {int} NOT NULL,
  -- Position of the newest message either way; lists sort by it.
  last_position {int} NOT NULL,
  message_count {int} NOT NULL,
  -- Counts up with every change; acts name the version they saw.
  version {int} NOT NULL,
  created_at {time} NOT NULL,
  -- Sorts those that wait before those that do not.
--sqlite   waiting_key INTEGER NOT NULL GENERATED ALWAYS AS (coalesce(waiting_since, 9223372036854775807)) STORED,
--postgres   waiting_key timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(waiting_since, 'infinity')) STORED,
  -- Everything that lists filter by, packed into one number (store/src/case_list/facets.rs has the layout), so that an
  -- index in list order carries it and any combination of filters is one scan of that index.
  facets {int} NOT NULL GENERATED ALWAYS AS (
    CAST(CASE state WHEN 'open' THEN 0 WHEN 'waiting' THEN 1 WHEN 'snoozed' THEN 2 ELSE 3 END AS {int})
    + CAST(CASE WHEN waiting_since IS NOT NULL THEN 1 ELSE 0 END AS {int}) * 4
    + CAST(CASE WHEN private THEN 1 ELSE 0 END AS {int}) * 8
    + CAST(CASE WHEN assignee_id IS NOT NULL THEN 1 ELSE 0 END AS {int}) * 16
    + CAST(CASE WHEN priority BETWEEN 0 AND 15 THEN priority ELSE 15 END AS {int}) * 32
    + CAST(CASE kind WHEN 'question' THEN 0 WHEN 'complaint' THEN 1 WHEN 'urgent' THEN 2 WHEN 'pr_risk' THEN 3 WHEN 'mention' THEN 4 WHEN 'praise' THEN 5 WHEN 'off_topic' THEN 6 ELSE 7 END AS {int}) * 512
    + CAST(CASE about WHEN 'technical' THEN 0 WHEN 'account' THEN 1 WHEN 'trade' THEN 2 ELSE 3 END AS {int}) * 4096
    + CAST(CASE sentiment WHEN 'positive' THEN 0 WHEN 'neutral' THEN 1 ELSE 2 END AS {int}) * 16384
    + CAST(CASE reply_need WHEN 'must' THEN 0 WHEN 'worth' THEN 1 ELSE 2 END AS {int}) * 65536
    + CAST(CASE noise WHEN 'spam' THEN 1 WHEN 'abuse' THEN 2 WHEN 'defamation' THEN 3 ELSE 0 END AS {int}) * 262144
    + CAST(CASE form WHEN 'mention' THEN 0 WHEN 'reply' THEN 1 WHEN 'quote' THEN 2 WHEN 'comment' THEN 3 WHEN 'ad_comment' THEN 4 WHEN 'post' THEN 5 WHEN 'direct_message' THEN 6 WHEN 'mail' THEN 7 WHEN 'review' THEN 8 WHEN 'note' THEN 9 ELSE 10 END AS {int}) * 1048576
    + CAST(CASE no_reply_reason WHEN 'solved' THEN 1 WHEN 'answered_elsewhere' THEN 2 WHEN 'none_needed' THEN 3 WHEN 'not_for_us' THEN 4 WHEN 'noise' THEN 5 WHEN 'incident' THEN 6 ELSE 0 END AS {int}) * 16777216
--sqlite     + (coalesce(unicode(substr(language, 1, 1)), 0) % 32 * 32 + coalesce(unicode(substr(language, 2, 1)), 0) % 32) * 134217728
--sqlite     + coalesce(unicode(substr(network, 1, 1)), 0) % 32 * 137438953472
--sqlite     + (CASE WHEN channel_id IS NULL THEN 0 ELSE (instr('0123456789ABCDEF', substr(hex(channel_id), 31, 1)) - 1) * 16 + instr('0123456789ABCDEF', substr(hex(channel_id), 32, 1)) - 1 END) * 4398046511104
--sqlite     + (CASE WHEN assignee_id IS NULL THEN 0 ELSE (instr('0123456789ABCDEF', substr(hex(assignee_id), 31, 1)) - 1) * 16 + instr('0123456789ABCDEF', substr(hex(assignee_id), 32, 1)) - 1 END) * 1125899906842624
--postgres     + (ascii(substr(language, 1, 1)) % 32 * 32 + ascii(substr(language, 2, 1)) % 32)::bigint * 134217728
--postgres     + (ascii(substr(network, 1, 1)) % 32)::bigint * 137438953472
--postgres     + coalesce(get_byte(uuid_send(channel_id), 15), 0)::bigint * 4398046511104
--postgres     + coalesce(get_byte(uuid_send(assignee_id), 15), 0)::bigint * 1125899906842624
  ) STORED,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX cases_number ON cases (workspace_id, number);
CREATE INDEX cases_recent ON cases (workspace_id, last_position DESC, id DESC, facets);
CREATE INDEX cases_order ON cases (workspace_id, priority, waiting_key, id, facets, last_position);
CREATE INDEX cases_live_recent ON cases (workspace_id, last_position DESC, id DESC, facets) WHERE state <> 'closed';
CREATE INDEX cases_live_order ON cases (workspace_id, priority, waiting_key, id, facets, last_position) WHERE state <> 'closed';
CREATE INDEX cases_waiting_order ON cases (workspace_id, priority, waiting_key, id, facets, last_position) WHERE waiting_since IS NOT NULL;
CREATE INDEX cases_waiting_age ON cases (workspace_id, waiting_key, id, facets, last_position) WHERE waiting_since IS NOT NULL;
CREATE INDEX cases_assignee ON cases (workspace_id, assignee_id, last_position DESC, id DESC, facets, priority, waiting_key) WHERE assignee_id IS NOT NULL;
CREATE INDEX cases_live_assignee ON cases (workspace_id, assignee_id, priority, waiting_key, id, facets, last_position) WHERE assignee_id IS NOT NULL AND state <> 'closed';
CREATE INDEX cases_contact ON cases (workspace_id, contact_id, last_position DESC, id DESC);
CREATE INDEX cases_kind ON cases (workspace_id, kind, last_position DESC, id DESC, facets);
CREATE INDEX cases_language ON cases (workspace_id, language, last_position DESC, id DESC, facets);
CREATE INDEX cases_private ON cases (workspace_id, last_position DESC, id DESC, facets) WHERE private;
CREATE INDEX cases_noise ON cases (workspace_id, last_position DESC, id DESC, facets) WHERE noise IS NOT NULL;
CREATE INDEX cases_rare_form ON cases (workspace_id, last_position DESC, id DESC, facets) WHERE form NOT IN ('mention', 'reply', 'direct_message');
CREATE INDEX cases_no_reply ON cases (workspace_id, last_position DESC, id DESC, facets) WHERE no_reply_reason IS NOT NULL;
CREATE INDEX cases_snoozed ON cases (snoozed_until) WHERE state = 'snoozed';

-- The last case number of a workspace.
CREATE TABLE case_number (
  workspace_id {uuid} NOT NULL PRIMARY KEY,
  last {int} NOT NULL
);

CREATE TABLE conversation (
  workspace_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  case_id {uuid} NOT NULL,
  network TEXT NOT NULL,
  private {bool} NOT NULL,
  -- Public: the thread. Private: the channel.
  thread_id {uuid},
  channel_id {uuid},
  identity_id {uuid} NOT NULL,
  -- Private: how many times it was begun anew after silence; 0 for the first.
  round {int} NOT NULL,
  previous_id {uuid},
  last_inbound {int} NOT NULL,
  last_outbound {int} NOT NULL,
  read_at {time},
  created_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX conversation_public ON conversation (workspace_id, thread_id, identity_id) WHERE thread_id IS NOT NULL;
CREATE UNIQUE INDEX conversation_private ON conversation (workspace_id, channel_id, identity_id, round) WHERE thread_id IS NULL;
CREATE INDEX conversation_case ON conversation (workspace_id, case_id);

CREATE TABLE message (
  workspace_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  conversation_id {uuid} NOT NULL,
  thread_id {uuid},
  network TEXT NOT NULL,
  scope TEXT NOT NULL,
  -- NULL while ours is still on its way.
  external_id TEXT,
  form TEXT NOT NULL,
  direction TEXT NOT NULL,
  private {bool} NOT NULL,
  -- Inbound: who wrote it. Outbound: to whom.
  identity_id {uuid} NOT NULL,
  -- Outbound: from which account, by whom (NULL: made elsewhere).
  channel_id {uuid},
  agent_id {uuid},
  text TEXT NOT NULL,
  placeholder TEXT,
  language TEXT NOT NULL,
  position {int} NOT NULL,
  sent_at {time} NOT NULL,
  received_at {time} NOT NULL,
  in_reply_to TEXT,
  in_reply_to_author TEXT,
  quotes TEXT,
  quotes_author TEXT,
  -- mentions, links, media as domain::item has them
  entities {json} NOT NULL,
  understanding {json},
  priority {int} NOT NULL,
  -- Outbound: queued, sending, sent, failed, unknown, cancelled.
  send_state TEXT,
  send_error {json},
  edited_at {time},
  hidden_at {time},
  deleted_at {time},
  -- Where the delivery that brought it stands, so that a delete can erase the raw text too.
  journal_lane {int},
  journal_number {int},
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX message_external ON message (workspace_id, network, scope, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX message_conversation ON message (workspace_id, conversation_id, position, id);
CREATE INDEX message_thread ON message (workspace_id, thread_id, position, id) WHERE thread_id IS NOT NULL;

-- Raw deliveries of erased messages, until they are gone too.
CREATE INDEX message_erased ON message (deleted_at) WHERE deleted_at IS NOT NULL AND journal_number IS NOT NULL;

CREATE TABLE message_version (
  workspace_id {uuid} NOT NULL,
  message_id {uuid} NOT NULL,
  version {int} NOT NULL,
  external_id TEXT,
  text TEXT NOT NULL,
  at {time} NOT NULL,
  PRIMARY KEY (workspace_id, message_id, version)
);
-- An earlier version has an id of its own on some networks: a late delivery of it must find the message.
CREATE INDEX message_version_external ON message_version (workspace_id, external_id) WHERE external_id IS NOT NULL;

-- Which of our accounts a message was addressed to.
CREATE TABLE sighting (
  workspace_id {uuid} NOT NULL,
  message_id {uuid} NOT NULL,
  channel_id {uuid} NOT NULL,
  at {time} NOT NULL,
  PRIMARY KEY (workspace_id, message_id, channel_id)
);

-- Deletes that came before what they delete.
CREATE TABLE deleted_item (
  workspace_id {uuid} NOT NULL,
  network TEXT NOT NULL,
  scope TEXT NOT NULL,
  external_id TEXT NOT NULL,
  at {time} NOT NULL,
  PRIMARY KEY (workspace_id, network, scope, external_id)
);

CREATE TABLE note (
  workspace_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  case_id {uuid} NOT NULL,
  agent_id {uuid},
  text TEXT NOT NULL,
  created_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX note_case ON note (workspace_id, case_id, created_at);

CREATE TABLE attachment (
  workspace_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  message_id {uuid},
  uploaded_by {uuid},
  name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  bytes {int} NOT NULL,
  alt_text TEXT,
  -- Where it lies in the object store; NULL while it is still at the network.
  location TEXT,
  external_id TEXT,
  source_url TEXT,
  -- Why it could not be fetched, when it could not.
  trouble TEXT,
  created_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX attachment_waiting ON attachment (created_at) WHERE location IS NULL AND trouble IS NULL;
CREATE INDEX attachment_message ON attachment (workspace_id, message_id);
-- Uploads that no message has taken yet: the quota counts them, and they are removed after a day.
CREATE INDEX attachment_loose ON attachment (workspace_id, created_at) WHERE message_id IS NULL;

CREATE TABLE outbox (
  workspace_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  channel_id {uuid} NOT NULL,
  case_id {uuid},
  -- The message it sends, deletes or hides.
  message_id {uuid},
  outgoing {json} NOT NULL,
  -- queued, sending, sent, failed, unknown, cancelled
  state TEXT NOT NULL,
  not_before {time} NOT NULL,
  lease_holder TEXT,
  lease_until {time},
  attempts {int} NOT NULL,
  -- When the first try of the act that is now unknown began.
  attempted_at {time},
  error {json},
  created_by {uuid},
  created_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX outbox_due ON outbox (state, not_before) WHERE state IN ('queued', 'sending', 'unknown');
CREATE INDEX outbox_message ON outbox (workspace_id, message_id);

CREATE TABLE parked (
  workspace_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  app_id {uuid} NOT NULL,
  network TEXT NOT NULL,
  -- Where the delivery stands in the journal; makes parking idempotent.
  lane {int} NOT NULL,
  number {int} NOT NULL,
  item {int} NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  raw {bytes} NOT NULL,
  received_at {time} NOT NULL,
  -- replayed or dismissed
  settled TEXT,
  settled_at {time},
  settled_by {uuid},
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX parked_place ON parked (workspace_id, lane, number, item);
CREATE INDEX parked_open ON parked (workspace_id, received_at) WHERE settled IS NULL;

-- The ledger: one row per channel and source (webhook, mentions, direct_messages, …).
CREATE TABLE source (
  workspace_id {uuid} NOT NULL,
  channel_id {uuid} NOT NULL,
  source TEXT NOT NULL,
  last_attempt_at {time},
  last_success_at {time},
  last_item_at {time},
  last_error TEXT,
  retry_at {time},
  PRIMARY KEY (workspace_id, channel_id, source)
);

CREATE TABLE source_gap (
  workspace_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  channel_id {uuid} NOT NULL,
  source TEXT NOT NULL,
  from_at {time} NOT NULL,
  to_at {time} NOT NULL,
  reason TEXT NOT NULL,
  -- replay, poll; NULL while open
  closed_by TEXT,
  closed_at {time},
  -- Set when the network's history ended before the gap did.
  lost {bool} NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX source_gap_channel ON source_gap (workspace_id, channel_id, from_at);

CREATE TABLE cost (
  workspace_id {uuid} NOT NULL,
  app_id {uuid} NOT NULL,
  day TEXT NOT NULL,
  what TEXT NOT NULL,
  count {int} NOT NULL,
  -- Millionths of a US dollar.
  micros {int} NOT NULL,
  PRIMARY KEY (workspace_id, app_id, day, what)
);

CREATE TABLE event (
  workspace_id {uuid} NOT NULL,
  number {int} NOT NULL,
  kind TEXT NOT NULL,
  case_id {uuid},
  message_id {uuid},
  actor_id {uuid},
  data {json} NOT NULL,
  at {time} NOT NULL,
  PRIMARY KEY (workspace_id, number)
);
CREATE INDEX event_age ON event (at);
CREATE INDEX event_case ON event (workspace_id, case_id, number) WHERE case_id IS NOT NULL;

CREATE TABLE draft (
  workspace_id {uuid} NOT NULL,
  agent_id {uuid} NOT NULL,
  case_id {uuid} NOT NULL,
  -- public, private, note
  voice TEXT NOT NULL,
  text TEXT NOT NULL,
  channel_id {uuid},
  updated_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, agent_id, case_id, voice)
);

-- How far each person has read each case.
CREATE TABLE case_seen (
  workspace_id {uuid} NOT NULL,
  agent_id {uuid} NOT NULL,
  case_id {uuid} NOT NULL,
  position {int} NOT NULL,
  PRIMARY KEY (workspace_id, agent_id, case_id)
);

-- Answers to writes that carried an Idempotency-Key.
CREATE TABLE idempotency (
  workspace_id {uuid} NOT NULL,
  actor TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash {bytes} NOT NULL,
  -- NULL while the first request with this key is under way.
  status {int},
  -- Encrypted: an answer may hold a token that is shown once.
  body {bytes},
  created_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, actor, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

-- OAuth connect flows under way: bound to session and workspace.
CREATE TABLE connect_flow (
  state_hash {bytes} NOT NULL PRIMARY KEY,
  workspace_id {uuid} NOT NULL,
  agent_id {uuid} NOT NULL,
  app_id {uuid} NOT NULL,
  session_hash {bytes} NOT NULL,
  verifier {bytes} NOT NULL,
  settings {json} NOT NULL,
  expires_at {time} NOT NULL
);

CREATE TABLE audit (
  workspace_id {uuid} NOT NULL,
  id {uuid} NOT NULL,
  actor {json} NOT NULL,
  act TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail {json} NOT NULL,
  at {time} NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX audit_time ON audit (workspace_id, at);
