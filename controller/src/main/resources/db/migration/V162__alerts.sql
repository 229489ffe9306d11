-- Owner: controller.usage.

CREATE TABLE alert_rules (
  name                 text PRIMARY KEY,
  metric               text NOT NULL,
  window_seconds       bigint NOT NULL CHECK (window_seconds > 0),
  -- Either above ...
  above                double precision,
  -- ... or the line through the window reaches a limit soon.
  trend_limit          double precision,
  trend_within_seconds bigint CHECK (trend_within_seconds > 0),
  -- CEL; empty: all hosts.
  selector             text NOT NULL DEFAULT '',
  set_by               text NOT NULL,
  set_at               timestamptz NOT NULL,
  CHECK ((above IS NULL) <> (trend_limit IS NULL)),
  CHECK ((trend_limit IS NULL) = (trend_within_seconds IS NULL))
);

CREATE TABLE alerts (
  id            uuid PRIMARY KEY,
  rule          text NOT NULL,
  host_id       uuid NOT NULL REFERENCES hosts (id),
  -- Where it is about an attempt.
  task_id       uuid,
  attempt       integer,
  value         double precision NOT NULL,
  limit_seconds double precision,
  message       text NOT NULL,
  raised_at     timestamptz NOT NULL,
  resolved_at   timestamptz
);
-- One of a kind is raised at a time.
CREATE UNIQUE INDEX alerts_raised ON alerts (rule, host_id, coalesce(task_id, '00000000-0000-0000-0000-000000000000'))
  WHERE resolved_at IS NULL;

-- When the rules were looked at last; whoever holds the row does it.
CREATE TABLE alert_turn (looked_at timestamptz NOT NULL);
INSERT INTO alert_turn VALUES ('epoch');

INSERT INTO alert_rules (name, metric, window_seconds, above, trend_limit, trend_within_seconds, set_by, set_at) VALUES
  ('host-memory', 'memory', 300, 0.95, NULL, NULL, 'system', now()),
  ('host-memory-pressure', 'pressure.memory', 300, 0.2, NULL, NULL, 'system', now()),
  ('host-disk', 'disk', 300, 0.95, NULL, NULL, 'system', now()),
  ('host-disk-trend', 'disk', 3600, NULL, 1, 86400, 'system', now()),
  ('attempt-memory-trend', 'attempt.memory', 300, NULL, 1, 600, 'system', now()),
  ('attempt-throttled', 'attempt.throttled', 600, 0.5, NULL, NULL, 'system', now());
