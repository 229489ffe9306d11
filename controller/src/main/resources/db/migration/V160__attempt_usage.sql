-- Of controller.job: what an attempt used over its whole life, besides cpu_nanos and memory_peak_bytes: the fields of
-- UsageSummary. NULL: nothing is known.
ALTER TABLE attempts ADD COLUMN usage jsonb;

-- What ended on a host, and what became of a bundle's jobs, in a stretch of time.
CREATE INDEX tasks_ended ON tasks (host_id, changed_at) WHERE state >= 4;
CREATE INDEX jobs_by_bundle ON jobs (bundle, ended_at) WHERE bundle IS NOT NULL;
