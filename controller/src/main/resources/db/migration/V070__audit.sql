-- Owner: controller.audit.

-- "ok", or "refused": part of the details, which the hash covers.
ALTER TABLE audit_log
  ADD COLUMN result text NOT NULL
    GENERATED ALWAYS AS (coalesce(details::jsonb ->> 'result', 'ok')) STORED;
CREATE INDEX audit_log_at ON audit_log (at);
CREATE INDEX audit_log_actor ON audit_log (actor, sequence);
CREATE INDEX audit_log_subject ON audit_log (subject, sequence);

-- Which hosts a job is for; what controller.job lets the audit log see of its tables.
CREATE VIEW job_hosts AS SELECT job_id, host_id FROM tasks;

-- A row goes to the end and nowhere else.
CREATE FUNCTION audit_log_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM audit_head
                 WHERE NEW.sequence = sequence + 1 AND NEW.prev_hash = hash) THEN
    RAISE EXCEPTION 'the audit log is append-only: row % does not follow its end', NEW.sequence;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER audit_log_goes_on BEFORE INSERT ON audit_log
  FOR EACH ROW EXECUTE FUNCTION audit_log_goes_on();

-- The end moves by one row, which must be there.
CREATE FUNCTION audit_head_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.sequence <> OLD.sequence + 1 OR NOT EXISTS
      (SELECT FROM audit_log WHERE sequence = NEW.sequence AND hash = NEW.hash) THEN
    RAISE EXCEPTION 'the audit log is append-only: its end cannot move to row %', NEW.sequence;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER audit_head_goes_on BEFORE UPDATE ON audit_head
  FOR EACH ROW EXECUTE FUNCTION audit_head_goes_on();

-- The controller needs no more than this; a second lock for whoever drops the triggers.
REVOKE UPDATE, DELETE, TRUNCATE ON audit_log FROM PUBLIC, CURRENT_USER;
