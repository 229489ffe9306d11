-- Owner: controller.usage. What hosts and attempts used, as sampled: a row for each report, folded into minutes and hours.
-- kind: 0 the host itself, 1 an action of a bundle, 2 a command. NULL: the host's kernel does not say.

CREATE TABLE usage_raw (
  -- By the controller's clock: the end of the stretch.
  at                 timestamptz NOT NULL,
  host_id            uuid NOT NULL REFERENCES hosts (id),
  kind               smallint NOT NULL CHECK (kind BETWEEN 0 AND 2),
  bundle             text NOT NULL DEFAULT '',
  action             text NOT NULL DEFAULT '',
  job_id             uuid,
  task_id            uuid,
  attempt            integer,
  -- How long the stretch is.
  seconds            double precision NOT NULL CHECK (seconds > 0),
  cpu_seconds        double precision,
  memory_bytes       double precision,
  memory_max_bytes   bigint,
  memory_limit_bytes bigint,
  processes          bigint,
  threads            bigint,
  files              bigint,
  sockets            bigint,
  read_bytes         bigint,
  written_bytes      bigint,
  periods            bigint,
  throttled_periods  bigint,
  cpu_stalled        double precision,
  memory_stalled     double precision,
  io_stalled         double precision,
  disk_bytes         bigint,
  disk_used_bytes    bigint,
  CHECK ((kind = 0) = (task_id IS NULL))
);
CREATE INDEX usage_raw_at ON usage_raw (at);
CREATE INDEX usage_raw_host ON usage_raw (host_id, at);
CREATE INDEX usage_raw_bundle ON usage_raw (bundle, at) WHERE kind = 1;

-- Of all attempts of an action on a host in a minute: sums over time, the mean and the highest use of memory of one attempt.
CREATE TABLE usage_minute (
  -- Begin of the minute.
  at                 timestamptz NOT NULL,
  host_id            uuid NOT NULL REFERENCES hosts (id),
  kind               smallint NOT NULL,
  bundle             text NOT NULL,
  action             text NOT NULL,
  -- How much of it was seen; of several attempts at once more than there is.
  seconds            double precision NOT NULL,
  cpu_seconds        double precision,
  memory_bytes       double precision,
  memory_max_bytes   bigint,
  memory_limit_bytes bigint,
  processes          bigint,
  threads            bigint,
  files              bigint,
  sockets            bigint,
  read_bytes         bigint,
  written_bytes      bigint,
  periods            bigint,
  throttled_periods  bigint,
  cpu_stalled        double precision,
  memory_stalled     double precision,
  io_stalled         double precision,
  disk_bytes         bigint,
  disk_used_bytes    bigint,
  PRIMARY KEY (host_id, at, kind, bundle, action)
);
CREATE INDEX usage_minute_at ON usage_minute (at);
CREATE INDEX usage_minute_bundle ON usage_minute (bundle, at) WHERE kind = 1;

CREATE TABLE usage_hour (LIKE usage_minute INCLUDING ALL, FOREIGN KEY (host_id) REFERENCES hosts (id));

-- Up to when samples are folded. One controller at a time holds the row.
CREATE TABLE usage_folded (
  step_seconds integer PRIMARY KEY CHECK (step_seconds IN (60, 3600)),
  until        timestamptz NOT NULL
);
INSERT INTO usage_folded VALUES (60, 'epoch'), (3600, 'epoch');
