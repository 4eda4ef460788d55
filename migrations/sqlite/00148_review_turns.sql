-- +goose Up
-- Which review a reviewer of the brand was given, by lot. It is theirs until it
-- ends: it was decided or lapsed, they gave it back for a reason, or somebody else
-- was given it after the time in which it was theirs alone. One has one at a time.
CREATE TABLE review_turns (
  id        TEXT PRIMARY KEY NOT NULL,
  brand_id  TEXT NOT NULL,
  review_id TEXT NOT NULL REFERENCES reviews (id),
  person_id TEXT NOT NULL REFERENCES persons (id),
  given_at  DATETIME NOT NULL,
  alone_until DATETIME NOT NULL,
  ended_at  DATETIME,
  returned  TEXT NOT NULL DEFAULT '' CHECK (returned IN ('', 'language', 'conflict', 'other')),
  CHECK (returned = '' OR ended_at IS NOT NULL)
);
CREATE UNIQUE INDEX review_turns_review ON review_turns (review_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX review_turns_reviewer ON review_turns (brand_id, person_id) WHERE ended_at IS NULL;
CREATE INDEX review_turns_person ON review_turns (person_id, ended_at);
CREATE INDEX review_turns_of ON review_turns (review_id);
CREATE INDEX reviews_reviewer ON reviews (reviewer_id, ended_at);

-- +goose Down
DROP INDEX reviews_reviewer;
DROP TABLE review_turns;
