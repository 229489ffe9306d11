-- Owner: controller.host. What secret parameters are sealed to for each host, as the host sent it. Operators verify it; this
-- controller vouches for nothing.
CREATE TABLE host_sealing_keys (
  host_id     uuid PRIMARY KEY REFERENCES hosts (id) ON DELETE CASCADE,
  -- Canonical JSON of the key, and the detached CMS of the host over it.
  statement   bytea NOT NULL,
  signature   bytea NOT NULL,
  received_at timestamptz NOT NULL
);

-- Owner: controller.job. What opens a job's sealed parameters on the host of a task: wrapped for that host's key, of no use to
-- anybody else. Deleted when the task ends.
CREATE TABLE task_sealed_keys (
  task_id uuid PRIMARY KEY REFERENCES tasks (id) ON DELETE CASCADE,
  wrapped bytea NOT NULL CHECK (octet_length(wrapped) = 113)
);
