-- +goose Up
-- Whose work is reviewed, beside the assignment that says it: who has lately judged
-- whom is found without reading everything that either of them did.
ALTER TABLE reviews ADD COLUMN author_id TEXT NOT NULL DEFAULT '';
UPDATE reviews SET author_id = (SELECT person_id FROM assignments WHERE assignments.id = reviews.assignment_id);
DROP INDEX reviews_reviewer;
CREATE INDEX reviews_reviewer ON reviews (reviewer_id, author_id) WHERE reviewer_id IS NOT NULL;
CREATE INDEX reviews_author ON reviews (author_id, ended_at);
CREATE INDEX review_votes_pair ON review_votes (person_id, author_id) WHERE author_id IS NOT NULL;

-- +goose Down
DROP INDEX review_votes_pair;
DROP INDEX reviews_author;
DROP INDEX reviews_reviewer;
CREATE INDEX reviews_reviewer ON reviews (reviewer_id, ended_at);
ALTER TABLE reviews DROP COLUMN author_id;
