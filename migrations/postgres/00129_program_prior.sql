-- +goose Up
-- What is expected of a program's experts before their own outcomes, as those of
-- all taught when the weights were fitted; empty: as the platform expects.
ALTER TABLE program_weights ADD COLUMN prior text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE program_weights DROP COLUMN prior;
