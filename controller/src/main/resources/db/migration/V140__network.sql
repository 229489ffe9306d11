-- Denied peers follow denied system calls: 64 slots more for each attempt.
ALTER TABLE denials DROP CONSTRAINT denials_slot_check;
ALTER TABLE denials ADD CONSTRAINT denials_slot_check CHECK (slot BETWEEN 0 AND 191);

-- Of controller.job: what an attempt with an allow-list did over the network; null without one.
ALTER TABLE attempts ADD COLUMN network jsonb;
