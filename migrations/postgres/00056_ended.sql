-- +goose Up
-- A conversation that its expert ended is always reviewed.
ALTER TABLE reviews DROP CONSTRAINT reviews_cause_check;
ALTER TABLE reviews ADD CONSTRAINT reviews_cause_check CHECK (cause IN ('sample', 'probation', 'unverified', 'ended'));

-- +goose Down
UPDATE reviews SET cause = 'sample' WHERE cause = 'ended';
ALTER TABLE reviews DROP CONSTRAINT reviews_cause_check;
ALTER TABLE reviews ADD CONSTRAINT reviews_cause_check CHECK (cause IN ('sample', 'probation', 'unverified'));
