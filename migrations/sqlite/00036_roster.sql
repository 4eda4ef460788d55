-- +goose Up
-- Whom of the experts something has changed that decides whether they may be
-- asked, in the order of the changes: a process that knows a program's experts
-- asks for what came after the last it read. Ids only, so it is global as
-- experts are. A person has one row, the latest.
CREATE TABLE roster_changes (
  seq       INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id TEXT NOT NULL UNIQUE ON CONFLICT REPLACE
);

-- +goose StatementBegin
CREATE TRIGGER experts_roster_insert AFTER INSERT ON experts
BEGIN
  INSERT INTO roster_changes (person_id) VALUES (NEW.person_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER experts_roster_update AFTER UPDATE ON experts
BEGIN
  INSERT INTO roster_changes (person_id) VALUES (NEW.person_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER enrolments_roster_insert AFTER INSERT ON enrolments
BEGIN
  INSERT INTO roster_changes (person_id) VALUES (NEW.person_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER enrolments_roster_update AFTER UPDATE ON enrolments
BEGIN
  INSERT INTO roster_changes (person_id) VALUES (NEW.person_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER standings_roster_insert AFTER INSERT ON standings
BEGIN
  INSERT INTO roster_changes (person_id) VALUES (NEW.person_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER standings_roster_update AFTER UPDATE ON standings
BEGIN
  INSERT INTO roster_changes (person_id) VALUES (NEW.person_id);
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER standings_roster_update;
DROP TRIGGER standings_roster_insert;
DROP TRIGGER enrolments_roster_update;
DROP TRIGGER enrolments_roster_insert;
DROP TRIGGER experts_roster_update;
DROP TRIGGER experts_roster_insert;
DROP TABLE roster_changes;
