-- Owner: controller.denial. By kind of call; counts only grow. The host's table has 128 slots.

CREATE TABLE denials (
  task_id  uuid NOT NULL,
  attempt  integer NOT NULL,
  slot     smallint NOT NULL CHECK (slot BETWEEN 0 AND 127),
  call     text NOT NULL,
  detail   text NOT NULL,
  count    bigint NOT NULL CHECK (count > 0),
  -- By the host's clock.
  first_at timestamptz NOT NULL,
  last_at  timestamptz NOT NULL,
  thread   integer NOT NULL,
  routine  boolean NOT NULL,
  PRIMARY KEY (task_id, attempt, slot),
  FOREIGN KEY (task_id, attempt) REFERENCES attempts (task_id, attempt)
);

-- Of controller.job: how many there are in all, so that readers look into denials only where there is something new.
ALTER TABLE attempts ADD COLUMN denied_calls bigint NOT NULL DEFAULT 0;
