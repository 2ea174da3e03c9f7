-- When the account was last connected: a notice of an earlier revocation, delivered again, does not end the new connection.
ALTER TABLE channel ADD COLUMN connected_at {time};
UPDATE channel SET connected_at = created_at;
