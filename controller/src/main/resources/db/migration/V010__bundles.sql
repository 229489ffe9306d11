-- Owner: controller.bundle.

CREATE TABLE bundles (
  manifest_digest    bytea PRIMARY KEY CHECK (octet_length(manifest_digest) = 32),
  name               text NOT NULL,
  version            text NOT NULL,
  -- Sorts as Semantic Versioning 2.0.0 orders versions.
  precedence         text COLLATE "C" NOT NULL,
  size               bigint NOT NULL CHECK (size > 0),
  -- The canonical JSON that the digest is taken over.
  manifest           text NOT NULL,
  signer             text NOT NULL,
  signer_fingerprint bytea NOT NULL CHECK (octet_length(signer_fingerprint) = 32),
  description        text NOT NULL,
  expires_at         timestamptz,
  pushed_at          timestamptz NOT NULL,
  pushed_by          text NOT NULL,
  UNIQUE (name, version)
);
CREATE INDEX bundles_newest ON bundles (name COLLATE "C", precedence DESC);

CREATE TABLE bundle_chunks (
  manifest_digest bytea NOT NULL REFERENCES bundles (manifest_digest) ON DELETE CASCADE,
  start_offset    bigint NOT NULL CHECK (start_offset >= 0),
  data            bytea NOT NULL,
  PRIMARY KEY (manifest_digest, start_offset)
);
-- The payload is compressed already.
ALTER TABLE bundle_chunks ALTER COLUMN data SET STORAGE EXTERNAL;
