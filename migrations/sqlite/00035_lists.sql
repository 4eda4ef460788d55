-- +goose Up
-- The lists that are read page by page, by time and id.
CREATE INDEX questions_brand ON questions (brand_id, asked_at, id);
CREATE INDEX refusals_brand ON refusals (brand_id, refused_at, id);
CREATE INDEX feedback_brand ON feedback (brand_id, given_at, id);

-- +goose Down
DROP INDEX feedback_brand;
DROP INDEX refusals_brand;
DROP INDEX questions_brand;
