-- Owner: controller.index.

CREATE TABLE indexes (
  number     bigint PRIMARY KEY CHECK (number > 0),
  -- The bytes that are signed, and the signature over them.
  statement  bytea NOT NULL,
  signature  bytea NOT NULL,
  signer     text NOT NULL,
  expires_at timestamptz NOT NULL,
  pushed_at  timestamptz NOT NULL,
  pushed_by  text NOT NULL
);
