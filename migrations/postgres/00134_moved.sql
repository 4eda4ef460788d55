-- +goose Up
-- When an expert last told another country than before, which they may do once in
-- a while only: the least that they are offered goes by it.
ALTER TABLE experts ADD COLUMN moved_at timestamptz;

-- +goose Down
ALTER TABLE experts DROP COLUMN moved_at;
