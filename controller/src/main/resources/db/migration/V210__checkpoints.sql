-- Owner: controller.checkpoint. What is known of named points to which hosts can be brought back; hosts have the last word.

CREATE TABLE checkpoints (
  name       text COLLATE "C" PRIMARY KEY CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$'),
  paths      text[] NOT NULL CHECK (cardinality(paths) > 0),
  created_at timestamptz NOT NULL,
  created_by text NOT NULL
);

CREATE TABLE checkpoint_hosts (
  name         text COLLATE "C" NOT NULL REFERENCES checkpoints (name) ON DELETE CASCADE,
  host_id      uuid NOT NULL REFERENCES hosts (id),
  -- The job whose task says how it is where there is no snapshot; not a reference, as old jobs are removed.
  job_id       uuid NOT NULL,
  -- Operator who asked for it there.
  asked_by     text NOT NULL,
  -- As the host said last. NULL: it has not said, or has none.
  snapshot     text CHECK (snapshot <> ''),
  taken_at     timestamptz,
  entries      bigint NOT NULL DEFAULT 0 CHECK (entries >= 0),
  bytes        bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
  stored_bytes bigint NOT NULL DEFAULT 0 CHECK (stored_bytes >= 0),
  PRIMARY KEY (name, host_id)
);
CREATE INDEX checkpoint_hosts_of_host ON checkpoint_hosts (host_id);
