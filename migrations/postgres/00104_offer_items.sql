-- +goose Up
-- What an offer's reward is made of, as JSON; empty for offers that are older.
ALTER TABLE offers ADD COLUMN items text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE offers DROP COLUMN items;
