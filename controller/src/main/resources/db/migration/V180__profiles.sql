-- Owner: controller.profile.

-- Named profiles of system calls. What counts on hosts is the text in signed jobs and bundles.
CREATE TABLE profiles (
  name      text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' AND length(name) <= 64),
  json      text NOT NULL CHECK (octet_length(json) <= 262144),
  sha256    bytea NOT NULL CHECK (octet_length(sha256) = 32),
  pushed_at timestamptz NOT NULL,
  pushed_by text NOT NULL
);
