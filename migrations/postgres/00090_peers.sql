-- +goose Up
-- Peers judge one another's work: who reviews, what is known of how they judge,
-- items of known quality, and the votes of which a verdict is made.
CREATE TABLE reviewers (
  brand_id   uuid NOT NULL,
  program_id uuid NOT NULL,
  person_id  uuid NOT NULL REFERENCES experts (person_id),
  active     boolean NOT NULL,
  caught     double precision NOT NULL DEFAULT 0 CHECK (caught >= 0),
  missed     double precision NOT NULL DEFAULT 0 CHECK (missed >= 0),
  passed     double precision NOT NULL DEFAULT 0 CHECK (passed >= 0),
  rejected   double precision NOT NULL DEFAULT 0 CHECK (rejected >= 0),
  gold       integer NOT NULL DEFAULT 0 CHECK (gold >= 0),
  known_at   timestamptz NOT NULL,
  joined_at  timestamptz NOT NULL,
  PRIMARY KEY (program_id, person_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX reviewers_person ON reviewers (person_id);

CREATE TABLE gold_items (
  id          uuid PRIMARY KEY,
  brand_id    uuid NOT NULL,
  program_id  uuid NOT NULL,
  title       text NOT NULL CHECK (title <> ''),
  question    text NOT NULL CHECK (question <> ''),
  answer      text NOT NULL CHECK (answer <> ''),
  language    text NOT NULL CHECK (language <> ''),
  bad         boolean NOT NULL,
  because     text NOT NULL CHECK (because <> ''),
  made_by     text NOT NULL CHECK (made_by <> ''),
  made_at     timestamptz NOT NULL,
  retired_at  timestamptz,
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX gold_items_program ON gold_items (program_id, made_at);

-- One peer's part in a review, or in an item of gold, which they cannot tell
-- apart. author_id is whose work it is, so that people who have lately judged one
-- another are not asked to again.
CREATE TABLE review_votes (
  id           uuid PRIMARY KEY,
  brand_id     uuid NOT NULL,
  program_id   uuid NOT NULL,
  review_id    uuid REFERENCES reviews (id),
  gold_id      uuid REFERENCES gold_items (id),
  author_id    uuid REFERENCES persons (id),
  person_id    uuid NOT NULL REFERENCES persons (id),
  state        text NOT NULL CHECK (state IN ('asked', 'given', 'lapsed', 'withdrawn')),
  passed       boolean,
  scores       text,
  note         text NOT NULL DEFAULT '',
  reward_minor bigint NOT NULL CHECK (reward_minor > 0),
  currency     text NOT NULL,
  asked_at     timestamptz NOT NULL,
  ended_at     timestamptz,
  next_due_at  timestamptz,
  UNIQUE (review_id, person_id),
  UNIQUE (gold_id, person_id),
  FOREIGN KEY (program_id, person_id) REFERENCES reviewers (program_id, person_id),
  CHECK ((review_id IS NULL) <> (gold_id IS NULL)),
  CHECK ((review_id IS NULL) = (author_id IS NULL)),
  CHECK (person_id <> author_id),
  CHECK ((state = 'asked') = (next_due_at IS NOT NULL)),
  CHECK ((state = 'asked') = (ended_at IS NULL)),
  CHECK ((state = 'given') = (passed IS NOT NULL))
);
CREATE INDEX review_votes_due ON review_votes (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX review_votes_person ON review_votes (person_id, asked_at);
CREATE INDEX review_votes_author ON review_votes (author_id, asked_at);
CREATE INDEX review_votes_program ON review_votes (program_id, asked_at);

-- How many votes a verdict was made of, 0: it is one person's of the brand; and
-- the chance on that the work is bad that they came to.
ALTER TABLE reviews ADD COLUMN votes integer NOT NULL DEFAULT 0 CHECK (votes >= 0);
ALTER TABLE reviews ADD COLUMN bad double precision CHECK (bad BETWEEN 0 AND 1);
ALTER TABLE reviews DROP CONSTRAINT reviews_cause_check;
ALTER TABLE reviews ADD CONSTRAINT reviews_cause_check CHECK (cause IN ('sample', 'probation', 'unverified', 'ended', 'rating'));

-- The bank accounts that experts' money goes to, as their provider tells them
-- apart, so that who has several accounts here does not judge themselves.
CREATE TABLE payout_fingerprints (
  expert_id   uuid NOT NULL REFERENCES persons (id),
  provider    text NOT NULL,
  fingerprint text NOT NULL CHECK (fingerprint <> ''),
  noted_at    timestamptz NOT NULL,
  PRIMARY KEY (expert_id, provider, fingerprint)
);
CREATE INDEX payout_fingerprints_same ON payout_fingerprints (fingerprint, provider);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['reviewers', 'gold_items', 'review_votes'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY brand ON %I USING (knowhow_sees(brand_id))', t);
  END LOOP;
END $$;
-- +goose StatementEnd

-- +goose Down
DROP TABLE payout_fingerprints;
DROP TABLE review_votes;
DROP TABLE gold_items;
DROP TABLE reviewers;
UPDATE reviews SET cause = 'sample' WHERE cause = 'rating';
ALTER TABLE reviews DROP CONSTRAINT reviews_cause_check;
ALTER TABLE reviews ADD CONSTRAINT reviews_cause_check CHECK (cause IN ('sample', 'probation', 'unverified', 'ended'));
ALTER TABLE reviews DROP COLUMN bad;
ALTER TABLE reviews DROP COLUMN votes;
