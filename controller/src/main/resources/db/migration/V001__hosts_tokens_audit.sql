-- Owners: controller.host (hosts, host_labels), controller.enroll (tokens), controller.audit (audit_log, audit_head).

CREATE TABLE tokens (
  id          text PRIMARY KEY,
  -- SHA-256 of the secret. The secret has 256 random bits, so a fast hash is enough.
  secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
  uses        integer NOT NULL CHECK (uses BETWEEN 1 AND 1000000),
  used        integer NOT NULL DEFAULT 0 CHECK (used BETWEEN 0 AND uses),
  labels      jsonb NOT NULL DEFAULT '{}',
  created_at  timestamptz NOT NULL,
  created_by  text NOT NULL,
  expires_at  timestamptz NOT NULL,
  revoked_at  timestamptz
);
CREATE INDEX tokens_newest ON tokens (created_at DESC, id DESC);

CREATE TABLE hosts (
  id                     uuid PRIMARY KEY,
  name                   text NOT NULL,
  enrolled_at            timestamptz NOT NULL,
  last_seen_at           timestamptz,
  removed_at             timestamptz,
  token_id               text NOT NULL REFERENCES tokens (id),
  certificate_serial     text NOT NULL,
  -- SHA-256 of the newest certificate in DER.
  certificate_fingerprint bytea NOT NULL CHECK (octet_length(certificate_fingerprint) = 32),
  certificate_expires_at timestamptz NOT NULL,
  -- SHA-256 of the public key (SubjectPublicKeyInfo): who asks again with it is the same host.
  key_fingerprint        bytea NOT NULL CHECK (octet_length(key_fingerprint) = 32),
  facts                  jsonb NOT NULL DEFAULT '{}'
);
-- A removed host's name may be taken again.
CREATE UNIQUE INDEX hosts_name ON hosts (name COLLATE "C") WHERE removed_at IS NULL;

CREATE TABLE host_labels (
  host_id uuid NOT NULL REFERENCES hosts (id),
  -- The later origin wins.
  origin  text NOT NULL CHECK (origin IN ('token', 'agent', 'operator')),
  key     text NOT NULL,
  -- NULL hides a label of an earlier origin: an operator removed it.
  value   text,
  PRIMARY KEY (host_id, origin, key),
  CHECK (value IS NOT NULL OR origin = 'operator')
);

CREATE TABLE audit_log (
  sequence  bigint PRIMARY KEY CHECK (sequence > 0),
  at        timestamptz NOT NULL,
  actor     text NOT NULL,
  verb      text NOT NULL,
  subject   text NOT NULL,
  -- JSON object; text, because its bytes are part of the hash.
  details   text NOT NULL CHECK (jsonb_typeof(details::jsonb) = 'object'),
  prev_hash bytea NOT NULL CHECK (octet_length(prev_hash) = 32),
  hash      bytea NOT NULL CHECK (octet_length(hash) = 32)
);

-- One row: the end of the log. Locking it gives out sequence numbers without gaps.
CREATE TABLE audit_head (
  one      boolean PRIMARY KEY DEFAULT true CHECK (one),
  sequence bigint NOT NULL,
  hash     bytea NOT NULL
);
INSERT INTO audit_head (sequence, hash) VALUES (0, decode(repeat('00', 32), 'hex'));

CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only: % refused', TG_OP;
END
$$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only();
CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON audit_head
  FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only();
