-- Owner: controller.job. When the output of an ended job was removed because of its age; NULL: it is there.
ALTER TABLE jobs ADD COLUMN output_removed_at timestamptz;

-- What retention looks for, oldest first.
CREATE INDEX jobs_with_old_output ON jobs (ended_at) WHERE ended_at IS NOT NULL AND output_removed_at IS NULL;
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE ended_at IS NOT NULL;

-- A task goes with all that is known of it.
ALTER TABLE attempts DROP CONSTRAINT attempts_task_id_fkey,
  ADD FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE CASCADE;
ALTER TABLE denials DROP CONSTRAINT denials_task_id_attempt_fkey,
  ADD FOREIGN KEY (task_id, attempt) REFERENCES attempts (task_id, attempt) ON DELETE CASCADE;
