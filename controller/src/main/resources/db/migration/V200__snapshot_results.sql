-- Of controller.job: what an attempt did about snapshots, as its host said; NULL: nothing.
ALTER TABLE attempts ADD COLUMN snapshots jsonb;
