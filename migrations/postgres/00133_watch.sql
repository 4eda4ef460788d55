-- +goose Up
-- Whose work is drawn for review more often than others', until the daily look
-- finds no reason to any more.
ALTER TABLE enrolments ADD COLUMN watch text NOT NULL DEFAULT '' CHECK (watch IN ('', 'doubt', 'signal'));
ALTER TABLE reviews DROP CONSTRAINT reviews_cause_check;
ALTER TABLE reviews ADD CONSTRAINT reviews_cause_check CHECK (cause IN ('sample', 'probation', 'unverified', 'ended', 'rating', 'doubt', 'signal'));

-- +goose Down
UPDATE reviews SET cause = 'sample' WHERE cause IN ('doubt', 'signal');
ALTER TABLE reviews DROP CONSTRAINT reviews_cause_check;
ALTER TABLE reviews ADD CONSTRAINT reviews_cause_check CHECK (cause IN ('sample', 'probation', 'unverified', 'ended', 'rating'));
ALTER TABLE enrolments DROP COLUMN watch;
