-- +goose Up
-- How far a reading of the provider's books has come that is not through yet: when it
-- began, and the last entry that it kept. The newest are read first.
ALTER TABLE reconciliations ADD COLUMN began_at DATETIME;
ALTER TABLE reconciliations ADD COLUMN after_id TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE reconciliations DROP COLUMN after_id;
ALTER TABLE reconciliations DROP COLUMN began_at;
