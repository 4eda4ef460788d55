-- +goose Up
-- Which review a reviewer of the brand was given, by lot. It is theirs until it
-- ends: it was decided or lapsed, they gave it back for a reason, or somebody else
-- was given it after the time in which it was theirs alone. One has one at a time.
CREATE TABLE review_turns (
  id        uuid PRIMARY KEY,
  brand_id  uuid NOT NULL,
  review_id uuid NOT NULL REFERENCES reviews (id),
  person_id uuid NOT NULL REFERENCES persons (id),
  given_at  timestamptz NOT NULL,
  alone_until timestamptz NOT NULL,
  ended_at  timestamptz,
  returned  text NOT NULL DEFAULT '' CHECK (returned IN ('', 'language', 'conflict', 'other')),
  CHECK (returned = '' OR ended_at IS NOT NULL)
);
CREATE UNIQUE INDEX review_turns_review ON review_turns (review_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX review_turns_reviewer ON review_turns (brand_id, person_id) WHERE ended_at IS NULL;
CREATE INDEX review_turns_person ON review_turns (person_id, ended_at);
CREATE INDEX review_turns_of ON review_turns (review_id);
ALTER TABLE review_turns ENABLE ROW LEVEL SECURITY;
ALTER TABLE review_turns FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON review_turns USING (knowhow_sees(brand_id));
CREATE INDEX reviews_reviewer ON reviews (reviewer_id, ended_at);

-- +goose Down
DROP INDEX reviews_reviewer;
DROP TABLE review_turns;
