-- Owner: controller.job. What the operator signed. NULL for jobs of before jobs were signed: their open tasks are refused by
-- hosts.
ALTER TABLE jobs
  ADD COLUMN statement bytea,
  ADD COLUMN signature bytea,
  ADD COLUMN nonce text,
  ADD CHECK ((statement IS NULL) = (signature IS NULL)),
  ADD CHECK ((statement IS NULL) = (nonce IS NULL));
-- One operator's nonce is used once, for ever.
CREATE UNIQUE INDEX jobs_nonce ON jobs (operator, nonce) WHERE nonce IS NOT NULL;
