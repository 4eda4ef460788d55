-- +goose Up
-- Who comes to decide about a brand's money, or no longer does, may not or may be
-- asked its questions: that too is a change of the roster.
-- +goose StatementBegin
CREATE TRIGGER memberships_roster_insert AFTER INSERT ON memberships
BEGIN
  INSERT INTO roster_changes (person_id) VALUES (NEW.person_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER memberships_roster_delete AFTER DELETE ON memberships
BEGIN
  INSERT INTO roster_changes (person_id) VALUES (OLD.person_id);
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER memberships_roster_delete;
DROP TRIGGER memberships_roster_insert;
