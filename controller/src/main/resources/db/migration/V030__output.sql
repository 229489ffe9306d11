-- Owner: controller.output.

-- The two byte streams of an attempt, in pieces that neither overlap nor leave gaps: a piece always starts where the
-- piece before it ends, so two writers at the same place collide on the primary key.
CREATE TABLE output_chunks (
  task_id      uuid NOT NULL,
  attempt      integer NOT NULL CHECK (attempt > 0),
  -- 1: stdout, 2: stderr.
  stream       smallint NOT NULL CHECK (stream IN (1, 2)),
  start_offset bigint NOT NULL CHECK (start_offset >= 0),
  -- Of the decoded bytes.
  length       integer NOT NULL CHECK (length BETWEEN 1 AND 1048576),
  -- 1: the bytes themselves, 2: one Zstandard frame.
  codec        smallint NOT NULL CHECK (codec IN (1, 2)),
  data         bytea NOT NULL,
  PRIMARY KEY (task_id, attempt, stream, start_offset)
);
-- Large pieces come compressed.
ALTER TABLE output_chunks ALTER COLUMN data SET STORAGE EXTERNAL;
