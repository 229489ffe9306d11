-- Owner: controller.roots.

-- Roots by which the controller reports; hosts go by those that are pinned on them.
CREATE TABLE trusted_certificates (
  fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
  -- 1: bundle signers, 2: operators, 3: index signers; the numbers of TrustKind in trust.proto.
  kind        smallint NOT NULL CHECK (kind BETWEEN 1 AND 3),
  subject     text NOT NULL,
  certificate bytea NOT NULL,
  added_at    timestamptz NOT NULL,
  added_by    text NOT NULL,
  PRIMARY KEY (fingerprint, kind)
);

-- Owner: controller.bundle. The certificates in the signature in DER, the signer's first; NULL for
-- bundles that were pushed before they were kept.
ALTER TABLE bundles ADD COLUMN signer_chain bytea[];

-- Owner: controller.host. Finds the hosts that hold a bundle.
CREATE INDEX hosts_held_bundles ON hosts USING gin ((facts -> 'heldBundles'))
  WHERE removed_at IS NULL;
