-- +goose Up
-- Whom of the experts something has changed that decides whether they may be
-- asked, and the transaction that changed it: a process that knows a program's
-- experts asks for what its last snapshot did not hold. Ids only, so it is
-- global as experts are.
CREATE TABLE roster_changes (
  person_id uuid PRIMARY KEY,
  xid       xid8 NOT NULL
);
CREATE INDEX roster_changes_xid ON roster_changes (xid);

-- +goose StatementBegin
CREATE FUNCTION knowhow_roster_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO roster_changes AS r VALUES (NEW.person_id, pg_current_xact_id())
    ON CONFLICT (person_id) DO UPDATE SET xid = excluded.xid WHERE r.xid <> excluded.xid;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER roster_changed AFTER INSERT OR UPDATE ON experts
  FOR EACH ROW EXECUTE FUNCTION knowhow_roster_changed();
CREATE TRIGGER roster_changed AFTER INSERT OR UPDATE ON enrolments
  FOR EACH ROW EXECUTE FUNCTION knowhow_roster_changed();
CREATE TRIGGER roster_changed AFTER INSERT OR UPDATE ON standings
  FOR EACH ROW EXECUTE FUNCTION knowhow_roster_changed();

-- +goose Down
DROP TRIGGER roster_changed ON standings;
DROP TRIGGER roster_changed ON enrolments;
DROP TRIGGER roster_changed ON experts;
DROP FUNCTION knowhow_roster_changed;
DROP TABLE roster_changes;
