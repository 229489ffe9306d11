-- Owner: controller.revocation.

CREATE TABLE revocations (
  -- 1 certificate, 2 operator, 3 bundle, 4 yank: as in index.proto.
  kind       smallint NOT NULL CHECK (kind BETWEEN 1 AND 4),
  value      text NOT NULL CHECK (value <> ''),
  reason     text NOT NULL,
  revoked_at timestamptz NOT NULL,
  revoked_by text NOT NULL,
  PRIMARY KEY (kind, value)
);
