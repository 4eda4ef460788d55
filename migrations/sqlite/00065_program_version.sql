-- +goose Up
-- A number that grows with every change of a program, its topics or its brand's
-- name: a process that knows a program by its number need not read it again.
ALTER TABLE programs ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- +goose StatementBegin
CREATE TRIGGER programs_version AFTER UPDATE ON programs WHEN NEW.version = OLD.version
BEGIN
  UPDATE programs SET version = version + 1 WHERE id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER topics_version_insert AFTER INSERT ON topics
BEGIN
  UPDATE programs SET version = version + 1 WHERE id = NEW.program_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER topics_version_update AFTER UPDATE ON topics
BEGIN
  UPDATE programs SET version = version + 1 WHERE id IN (OLD.program_id, NEW.program_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER topics_version_delete AFTER DELETE ON topics
BEGIN
  UPDATE programs SET version = version + 1 WHERE id = OLD.program_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER brands_version AFTER UPDATE ON brands
BEGIN
  UPDATE programs SET version = version + 1 WHERE brand_id = NEW.id;
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER brands_version;
DROP TRIGGER topics_version_delete;
DROP TRIGGER topics_version_update;
DROP TRIGGER topics_version_insert;
DROP TRIGGER programs_version;
ALTER TABLE programs DROP COLUMN version;
