-- +goose Up
-- Who comes to decide about a brand's money, or no longer does, may not or may be
-- asked its questions: that too is a change of the roster.
-- +goose StatementBegin
CREATE FUNCTION knowhow_member_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO roster_changes AS r VALUES (CASE WHEN TG_OP = 'DELETE' THEN OLD.person_id ELSE NEW.person_id END, pg_current_xact_id())
    ON CONFLICT (person_id) DO UPDATE SET xid = excluded.xid WHERE r.xid <> excluded.xid;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER roster_changed AFTER INSERT OR DELETE ON memberships
  FOR EACH ROW EXECUTE FUNCTION knowhow_member_changed();

-- +goose Down
DROP TRIGGER roster_changed ON memberships;
DROP FUNCTION knowhow_member_changed;
