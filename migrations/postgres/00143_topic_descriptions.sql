-- +goose Up
-- What a topic is about, in the brand's words: by it questions are read before
-- there are any to learn from.
ALTER TABLE topics ADD COLUMN description text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE topics DROP COLUMN description;
