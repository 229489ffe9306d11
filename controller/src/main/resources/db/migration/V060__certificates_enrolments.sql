-- Owners: controller.host (hosts), controller.enroll (tokens, enrolments).

ALTER TABLE hosts
  -- SHA-256 of the root that issued the newest certificate; NULL: issued before this was kept.
  ADD COLUMN certificate_ca bytea CHECK (octet_length(certificate_ca) = 32),
  -- SHA-256 of the certificate before the newest one, until that was used for the first time: its answer may have been lost.
  ADD COLUMN certificate_before bytea CHECK (octet_length(certificate_before) = 32),
  -- SHA-256 of the roots of the fleet CA that the host said it holds.
  ADD COLUMN roots_held bytea[] NOT NULL DEFAULT '{}';

ALTER TABLE tokens
  -- "ADDRESS/PREFIX" from which hosts may join; NULL: from anywhere.
  ADD COLUMN address_range text,
  -- SHA-256 of the one key that may join; NULL: any.
  ADD COLUMN key_fingerprint bytea CHECK (octet_length(key_fingerprint) = 32),
  -- Does each host need an operator's approval?
  ADD COLUMN approve boolean NOT NULL DEFAULT false;

-- Hosts that asked to join with a token that needs approval.
CREATE TABLE enrolments (
  id              uuid PRIMARY KEY,
  token_id        text NOT NULL REFERENCES tokens (id),
  host_name       text NOT NULL,
  key_fingerprint bytea NOT NULL CHECK (octet_length(key_fingerprint) = 32),
  address         text NOT NULL,
  facts           jsonb NOT NULL DEFAULT '{}',
  state           text NOT NULL CHECK (state IN ('pending', 'approved', 'denied', 'joined')),
  requested_at    timestamptz NOT NULL,
  last_asked_at   timestamptz NOT NULL,
  decided_by      text,
  CHECK ((decided_by IS NULL) = (state = 'pending')),
  UNIQUE (token_id, host_name, key_fingerprint)
);
CREATE INDEX enrolments_state ON enrolments (state, id);
