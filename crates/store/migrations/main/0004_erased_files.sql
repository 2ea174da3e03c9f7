-- Files of erased messages are looked for every second.
CREATE INDEX attachment_erased ON attachment (created_at) WHERE trouble = 'deleted' AND location IS NOT NULL;
