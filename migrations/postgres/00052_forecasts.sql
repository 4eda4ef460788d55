-- +goose Up
-- The wait for a first response that was forecast when the question was asked.
ALTER TABLE questions ADD COLUMN forecast_median_s integer;
ALTER TABLE questions ADD COLUMN forecast_p90_s integer;

-- +goose Down
ALTER TABLE questions DROP COLUMN forecast_p90_s;
ALTER TABLE questions DROP COLUMN forecast_median_s;
