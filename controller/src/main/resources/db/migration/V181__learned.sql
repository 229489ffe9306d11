-- Owner: controller.job. What a recorded run did, JSON; empty for all others.
ALTER TABLE attempts ADD COLUMN learned text NOT NULL DEFAULT '';
