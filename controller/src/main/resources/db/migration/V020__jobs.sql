-- Owner: controller.job.

CREATE TABLE jobs (
  id                  uuid PRIMARY KEY,
  operator            text NOT NULL,
  title               text NOT NULL,
  -- Either an action ...
  bundle              text,
  version             text,
  action              text,
  manifest_digest     bytea REFERENCES bundles (manifest_digest),
  bundle_size         bigint,
  params              text,
  -- ... or a command.
  argv                text[],
  env                 jsonb NOT NULL,
  -- As asked for; NULL: the action's own, else the agent's default.
  timeout_millis      bigint CHECK (timeout_millis > 0),
  -- How long an attempt may take at most as far as the controller knows; before that, no task is lost.
  allowance_millis    bigint NOT NULL CHECK (allowance_millis > 0),
  concurrency         integer NOT NULL CHECK (concurrency >= 0),
  idempotency_key     text,
  created_at          timestamptz NOT NULL,
  expires_at          timestamptz NOT NULL,
  ended_at            timestamptz,
  cancel_requested_at timestamptz,
  -- Tasks by state, kept by the transactions that change tasks.
  total               integer NOT NULL CHECK (total > 0),
  queued              integer NOT NULL CHECK (queued >= 0),
  running             integer NOT NULL CHECK (running >= 0),
  succeeded           integer NOT NULL CHECK (succeeded >= 0),
  failed              integer NOT NULL CHECK (failed >= 0),
  CHECK (queued + running + succeeded + failed = total),
  CHECK ((queued + running = 0) = (ended_at IS NOT NULL)),
  CHECK ((argv IS NULL) <> (manifest_digest IS NULL))
);
CREATE UNIQUE INDEX jobs_idempotency ON jobs (operator, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX jobs_open ON jobs (id) WHERE ended_at IS NULL;

-- state: the numbers of TaskState in work.proto.
CREATE TABLE tasks (
  id         uuid PRIMARY KEY,
  job_id     uuid NOT NULL REFERENCES jobs (id),
  host_id    uuid NOT NULL REFERENCES hosts (id),
  host_name  text COLLATE "C" NOT NULL,
  state      smallint NOT NULL CHECK (state BETWEEN 1 AND 10),
  attempt    integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  changed_at timestamptz NOT NULL,
  message    text NOT NULL DEFAULT '',
  UNIQUE (job_id, host_id)
);
CREATE INDEX tasks_by_host_name ON tasks (job_id, host_name, id);
-- What the scheduler takes, oldest first: ids sort by time.
CREATE INDEX tasks_queued ON tasks (host_id, id) WHERE state = 1;
CREATE INDEX tasks_queued_of_job ON tasks (job_id) WHERE state = 1;
-- What hosts answer for.
CREATE INDEX tasks_active ON tasks (host_id) WHERE state IN (2, 3);

CREATE TABLE attempts (
  task_id             uuid NOT NULL REFERENCES tasks (id),
  attempt             integer NOT NULL CHECK (attempt > 0),
  assigned_at         timestamptz NOT NULL,
  -- By the controller's clock.
  running_at          timestamptz,
  -- NULL until the host has reported the end. The rest is the result; times by the host's clock.
  outcome             smallint,
  exit_code           integer,
  signal              integer,
  message             text,
  refusal             smallint,
  started_at          timestamptz,
  ended_at            timestamptz,
  stdout_bytes        bigint,
  stderr_bytes        bigint,
  stdout_dropped      bigint,
  stderr_dropped      bigint,
  output_error        text,
  cpu_nanos           bigint,
  memory_peak_bytes   bigint,
  oom_kills           bigint,
  pids_denied         bigint,
  PRIMARY KEY (task_id, attempt)
);
