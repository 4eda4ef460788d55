-- +goose Up
-- The experts' room of a program, which its brand does not read. What is said in
-- it is redacted before it is kept. Of who has left the author goes, or the text
-- with them.
CREATE TABLE room_posts (
  id         uuid PRIMARY KEY,
  brand_id   uuid NOT NULL,
  program_id uuid NOT NULL,
  parent_id  uuid REFERENCES room_posts (id),
  person_id  uuid REFERENCES experts (person_id),
  kind       text NOT NULL CHECK (kind IN ('post', 'struggle', 'reply')),
  text       text NOT NULL,
  posted_at  timestamptz NOT NULL,
  hidden_at  timestamptz,
  removed_at timestamptz,
  CHECK ((parent_id IS NOT NULL) = (kind = 'reply')),
  CHECK (removed_at IS NULL OR text = ''),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX room_posts_program ON room_posts (program_id, posted_at, id) WHERE parent_id IS NULL;
CREATE INDEX room_posts_parent ON room_posts (parent_id, posted_at, id) WHERE parent_id IS NOT NULL;
CREATE INDEX room_posts_person ON room_posts (person_id, program_id, posted_at) WHERE person_id IS NOT NULL;
ALTER TABLE room_posts ENABLE ROW LEVEL SECURITY;
ALTER TABLE room_posts FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON room_posts USING (knowhow_sees(brand_id));

-- What somebody of the room asks the platform's operators to look at. They read
-- the post only after they have said why.
CREATE TABLE room_reports (
  id          uuid PRIMARY KEY,
  brand_id    uuid NOT NULL,
  program_id  uuid NOT NULL,
  post_id     uuid NOT NULL REFERENCES room_posts (id),
  person_id   uuid NOT NULL REFERENCES experts (person_id),
  reason      text NOT NULL CHECK (reason IN ('customer_data', 'abuse', 'spam', 'other')),
  reported_at timestamptz NOT NULL,
  decided_by  uuid REFERENCES persons (id),
  decided_at  timestamptz,
  hidden      boolean,
  why         text NOT NULL DEFAULT '',
  UNIQUE (post_id, person_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
  CHECK ((decided_at IS NULL) = (hidden IS NULL))
);
CREATE INDEX room_reports_open ON room_reports (reported_at, id) WHERE decided_at IS NULL;
ALTER TABLE room_reports ENABLE ROW LEVEL SECURITY;
ALTER TABLE room_reports FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON room_reports USING (knowhow_sees(brand_id));

-- Who wants their words to go with them when they leave.
CREATE TABLE room_choices (
  program_id uuid NOT NULL,
  person_id  uuid NOT NULL REFERENCES experts (person_id),
  brand_id   uuid NOT NULL,
  erase      boolean NOT NULL,
  PRIMARY KEY (program_id, person_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX room_choices_person ON room_choices (person_id);
ALTER TABLE room_choices ENABLE ROW LEVEL SECURITY;
ALTER TABLE room_choices FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON room_choices USING (knowhow_sees(brand_id));

-- What experts ask of the brand: once enough of them support it, a person of the
-- brand answers by answer_due_at.
CREATE TABLE room_proposals (
  id            uuid PRIMARY KEY,
  brand_id      uuid NOT NULL,
  program_id    uuid NOT NULL,
  person_id     uuid REFERENCES experts (person_id),
  title         text NOT NULL,
  text          text NOT NULL,
  state         text NOT NULL CHECK (state IN ('gathering', 'carried', 'answered', 'lapsed', 'withdrawn')),
  threshold     integer NOT NULL CHECK (threshold > 0),
  support       integer NOT NULL CHECK (support >= 0),
  proposed_at   timestamptz NOT NULL,
  closes_at     timestamptz NOT NULL,
  carried_at    timestamptz,
  answer_due_at timestamptz,
  answer        text NOT NULL DEFAULT '' CHECK (answer IN ('', 'accepted', 'partly', 'declined')),
  answer_text   text NOT NULL DEFAULT '',
  answered_by   uuid REFERENCES persons (id),
  answered_at   timestamptz,
  next_due_at   timestamptz,
  UNIQUE (id, brand_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  CHECK ((state IN ('carried', 'answered')) = (carried_at IS NOT NULL)),
  CHECK ((carried_at IS NULL) = (answer_due_at IS NULL)),
  CHECK ((state = 'answered') = (answered_at IS NOT NULL)),
  CHECK ((answered_at IS NULL) = (answered_by IS NULL)),
  CHECK ((answered_at IS NULL) = (answer = '')),
  CHECK (state = 'withdrawn' OR title <> '')
);
CREATE INDEX room_proposals_program ON room_proposals (program_id, proposed_at, id);
CREATE INDEX room_proposals_person ON room_proposals (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX room_proposals_due ON room_proposals (next_due_at, id) WHERE next_due_at IS NOT NULL;
ALTER TABLE room_proposals ENABLE ROW LEVEL SECURITY;
ALTER TABLE room_proposals FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON room_proposals USING (knowhow_sees(brand_id));

CREATE TABLE proposal_votes (
  proposal_id uuid NOT NULL,
  person_id   uuid NOT NULL REFERENCES experts (person_id),
  brand_id    uuid NOT NULL,
  PRIMARY KEY (proposal_id, person_id),
  FOREIGN KEY (proposal_id, brand_id) REFERENCES room_proposals (id, brand_id)
);
CREATE INDEX proposal_votes_person ON proposal_votes (person_id);
ALTER TABLE proposal_votes ENABLE ROW LEVEL SECURITY;
ALTER TABLE proposal_votes FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON proposal_votes USING (knowhow_sees(brand_id));

-- The election of a program's spokespeople. A vote is secret: that somebody has
-- voted is one row, what they voted is one more in a candidate's count, and
-- nothing has both.
CREATE TABLE room_elections (
  id           uuid PRIMARY KEY,
  brand_id     uuid NOT NULL,
  program_id   uuid NOT NULL,
  seats        integer NOT NULL CHECK (seats > 0),
  state        text NOT NULL CHECK (state IN ('nominating', 'voting', 'closed')),
  called_at    timestamptz NOT NULL,
  vote_at      timestamptz NOT NULL,
  close_at     timestamptz NOT NULL,
  term_ends_at timestamptz NOT NULL,
  seed         text NOT NULL DEFAULT '',
  voted        integer NOT NULL DEFAULT 0 CHECK (voted >= 0),
  next_due_at  timestamptz,
  UNIQUE (id, brand_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  CHECK ((state = 'closed') = (seed <> ''))
);
CREATE UNIQUE INDEX room_elections_one ON room_elections (program_id) WHERE state <> 'closed';
CREATE INDEX room_elections_program ON room_elections (program_id, called_at);
CREATE INDEX room_elections_due ON room_elections (next_due_at, id) WHERE next_due_at IS NOT NULL;
ALTER TABLE room_elections ENABLE ROW LEVEL SECURITY;
ALTER TABLE room_elections FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON room_elections USING (knowhow_sees(brand_id));

CREATE TABLE election_candidates (
  id          uuid PRIMARY KEY,
  election_id uuid NOT NULL,
  person_id   uuid NOT NULL REFERENCES experts (person_id),
  brand_id    uuid NOT NULL,
  statement   text NOT NULL,
  votes       integer NOT NULL DEFAULT 0 CHECK (votes >= 0),
  place       integer NOT NULL DEFAULT 0 CHECK (place >= 0),
  elected     boolean NOT NULL DEFAULT FALSE,
  UNIQUE (election_id, person_id),
  FOREIGN KEY (election_id, brand_id) REFERENCES room_elections (id, brand_id)
);
CREATE INDEX election_candidates_person ON election_candidates (person_id);
ALTER TABLE election_candidates ENABLE ROW LEVEL SECURITY;
ALTER TABLE election_candidates FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON election_candidates USING (knowhow_sees(brand_id));

CREATE TABLE election_voters (
  election_id uuid NOT NULL,
  person_id   uuid NOT NULL REFERENCES experts (person_id),
  brand_id    uuid NOT NULL,
  PRIMARY KEY (election_id, person_id),
  FOREIGN KEY (election_id, brand_id) REFERENCES room_elections (id, brand_id)
);
CREATE INDEX election_voters_person ON election_voters (person_id);
ALTER TABLE election_voters ENABLE ROW LEVEL SECURITY;
ALTER TABLE election_voters FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON election_voters USING (knowhow_sees(brand_id));

-- Which kinds of mail there are is the program's to know.
ALTER TABLE mail_choices DROP CONSTRAINT mail_choices_kind_check;
ALTER TABLE mail_choices ADD CONSTRAINT mail_choices_kind_check CHECK (kind <> '');

-- +goose Down
ALTER TABLE mail_choices DROP CONSTRAINT mail_choices_kind_check;
DELETE FROM mail_choices WHERE kind NOT IN ('offers', 'questions', 'reviews_and_refusals', 'appeals', 'payouts');
ALTER TABLE mail_choices ADD CONSTRAINT mail_choices_kind_check CHECK (kind IN ('offers', 'questions', 'reviews_and_refusals', 'appeals', 'payouts'));
DROP TABLE election_voters;
DROP TABLE election_candidates;
DROP TABLE room_elections;
DROP TABLE proposal_votes;
DROP TABLE room_proposals;
DROP TABLE room_choices;
DROP TABLE room_reports;
DROP TABLE room_posts;
