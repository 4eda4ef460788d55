-- +goose Up
-- How much more time an expert wants for each item of a timed quiz, in percent of
-- it: theirs to set, told to nobody.
ALTER TABLE experts ADD COLUMN extra_time_pct integer NOT NULL DEFAULT 0 CHECK (extra_time_pct BETWEEN 0 AND 900);

-- +goose Down
ALTER TABLE experts DROP COLUMN extra_time_pct;
