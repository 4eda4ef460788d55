-- +goose Up
-- The experts' room of a program, which its brand does not read. What is said in
-- it is redacted before it is kept. Of who has left the author goes, or the text
-- with them.
CREATE TABLE room_posts (
  id         TEXT PRIMARY KEY NOT NULL,
  brand_id   TEXT NOT NULL,
  program_id TEXT NOT NULL,
  parent_id  TEXT REFERENCES room_posts (id),
  person_id  TEXT REFERENCES experts (person_id),
  kind       TEXT NOT NULL CHECK (kind IN ('post', 'struggle', 'reply')),
  text       TEXT NOT NULL,
  posted_at  DATETIME NOT NULL,
  hidden_at  DATETIME,
  removed_at DATETIME,
  CHECK ((parent_id IS NOT NULL) = (kind = 'reply')),
  CHECK (removed_at IS NULL OR text = ''),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX room_posts_program ON room_posts (program_id, posted_at, id) WHERE parent_id IS NULL;
CREATE INDEX room_posts_parent ON room_posts (parent_id, posted_at, id) WHERE parent_id IS NOT NULL;
CREATE INDEX room_posts_person ON room_posts (person_id, program_id, posted_at) WHERE person_id IS NOT NULL;

-- What somebody of the room asks the platform's operators to look at. They read
-- the post only after they have said why.
CREATE TABLE room_reports (
  id          TEXT PRIMARY KEY NOT NULL,
  brand_id    TEXT NOT NULL,
  program_id  TEXT NOT NULL,
  post_id     TEXT NOT NULL REFERENCES room_posts (id),
  person_id   TEXT NOT NULL REFERENCES experts (person_id),
  reason      TEXT NOT NULL CHECK (reason IN ('customer_data', 'abuse', 'spam', 'other')),
  reported_at DATETIME NOT NULL,
  decided_by  TEXT REFERENCES persons (id),
  decided_at  DATETIME,
  hidden      BOOLEAN,
  why         TEXT NOT NULL DEFAULT '',
  UNIQUE (post_id, person_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
  CHECK ((decided_at IS NULL) = (hidden IS NULL))
);
CREATE INDEX room_reports_open ON room_reports (reported_at, id) WHERE decided_at IS NULL;

-- Who wants their words to go with them when they leave.
CREATE TABLE room_choices (
  program_id TEXT NOT NULL,
  person_id  TEXT NOT NULL REFERENCES experts (person_id),
  brand_id   TEXT NOT NULL,
  erase      BOOLEAN NOT NULL,
  PRIMARY KEY (program_id, person_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX room_choices_person ON room_choices (person_id);

-- What experts ask of the brand: once enough of them support it, a person of the
-- brand answers by answer_due_at.
CREATE TABLE room_proposals (
  id            TEXT PRIMARY KEY NOT NULL,
  brand_id      TEXT NOT NULL,
  program_id    TEXT NOT NULL,
  person_id     TEXT REFERENCES experts (person_id),
  title         TEXT NOT NULL,
  text          TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('gathering', 'carried', 'answered', 'lapsed', 'withdrawn')),
  threshold     INTEGER NOT NULL CHECK (threshold > 0),
  support       INTEGER NOT NULL CHECK (support >= 0),
  proposed_at   DATETIME NOT NULL,
  closes_at     DATETIME NOT NULL,
  carried_at    DATETIME,
  answer_due_at DATETIME,
  answer        TEXT NOT NULL DEFAULT '' CHECK (answer IN ('', 'accepted', 'partly', 'declined')),
  answer_text   TEXT NOT NULL DEFAULT '',
  answered_by   TEXT REFERENCES persons (id),
  answered_at   DATETIME,
  next_due_at   DATETIME,
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

CREATE TABLE proposal_votes (
  proposal_id TEXT NOT NULL,
  person_id   TEXT NOT NULL REFERENCES experts (person_id),
  brand_id    TEXT NOT NULL,
  PRIMARY KEY (proposal_id, person_id),
  FOREIGN KEY (proposal_id, brand_id) REFERENCES room_proposals (id, brand_id)
);
CREATE INDEX proposal_votes_person ON proposal_votes (person_id);

-- The election of a program's spokespeople. A vote is secret: that somebody has
-- voted is one row, what they voted is one more in a candidate's count, and
-- nothing has both.
CREATE TABLE room_elections (
  id           TEXT PRIMARY KEY NOT NULL,
  brand_id     TEXT NOT NULL,
  program_id   TEXT NOT NULL,
  seats        INTEGER NOT NULL CHECK (seats > 0),
  state        TEXT NOT NULL CHECK (state IN ('nominating', 'voting', 'closed')),
  called_at    DATETIME NOT NULL,
  vote_at      DATETIME NOT NULL,
  close_at     DATETIME NOT NULL,
  term_ends_at DATETIME NOT NULL,
  seed         TEXT NOT NULL DEFAULT '',
  voted        INTEGER NOT NULL DEFAULT 0 CHECK (voted >= 0),
  next_due_at  DATETIME,
  UNIQUE (id, brand_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  CHECK ((state = 'closed') = (seed <> ''))
);
CREATE UNIQUE INDEX room_elections_one ON room_elections (program_id) WHERE state <> 'closed';
CREATE INDEX room_elections_program ON room_elections (program_id, called_at);
CREATE INDEX room_elections_due ON room_elections (next_due_at, id) WHERE next_due_at IS NOT NULL;

CREATE TABLE election_candidates (
  id          TEXT PRIMARY KEY NOT NULL,
  election_id TEXT NOT NULL,
  person_id   TEXT NOT NULL REFERENCES experts (person_id),
  brand_id    TEXT NOT NULL,
  statement   TEXT NOT NULL,
  votes       INTEGER NOT NULL DEFAULT 0 CHECK (votes >= 0),
  place       INTEGER NOT NULL DEFAULT 0 CHECK (place >= 0),
  elected     BOOLEAN NOT NULL DEFAULT FALSE,
  UNIQUE (election_id, person_id),
  FOREIGN KEY (election_id, brand_id) REFERENCES room_elections (id, brand_id)
);
CREATE INDEX election_candidates_person ON election_candidates (person_id);

CREATE TABLE election_voters (
  election_id TEXT NOT NULL,
  person_id   TEXT NOT NULL REFERENCES experts (person_id),
  brand_id    TEXT NOT NULL,
  PRIMARY KEY (election_id, person_id),
  FOREIGN KEY (election_id, brand_id) REFERENCES room_elections (id, brand_id)
);
CREATE INDEX election_voters_person ON election_voters (person_id);

-- Which kinds of mail there are is the program's to know.
CREATE TABLE mail_choices_new (
  person_id  TEXT NOT NULL REFERENCES persons (id),
  kind       TEXT NOT NULL CHECK (kind <> ''),
  wanted     BOOLEAN NOT NULL,
  changed_at DATETIME NOT NULL,
  mailed_at  DATETIME,
  PRIMARY KEY (person_id, kind)
);
INSERT INTO mail_choices_new (person_id, kind, wanted, changed_at, mailed_at) SELECT person_id, kind, wanted, changed_at, mailed_at FROM mail_choices;
DROP TABLE mail_choices;
ALTER TABLE mail_choices_new RENAME TO mail_choices;
CREATE INDEX mail_choices_wanted ON mail_choices (kind, person_id) WHERE wanted;

-- +goose Down
DELETE FROM mail_choices WHERE kind NOT IN ('offers', 'questions', 'reviews_and_refusals', 'appeals', 'payouts');
CREATE TABLE mail_choices_new (
  person_id  TEXT NOT NULL REFERENCES persons (id),
  kind       TEXT NOT NULL CHECK (kind IN ('offers', 'questions', 'reviews_and_refusals', 'appeals', 'payouts')),
  wanted     BOOLEAN NOT NULL,
  changed_at DATETIME NOT NULL,
  mailed_at  DATETIME,
  PRIMARY KEY (person_id, kind)
);
INSERT INTO mail_choices_new (person_id, kind, wanted, changed_at, mailed_at) SELECT person_id, kind, wanted, changed_at, mailed_at FROM mail_choices;
DROP TABLE mail_choices;
ALTER TABLE mail_choices_new RENAME TO mail_choices;
CREATE INDEX mail_choices_wanted ON mail_choices (kind, person_id) WHERE wanted;
DROP TABLE election_voters;
DROP TABLE election_candidates;
DROP TABLE room_elections;
DROP TABLE proposal_votes;
DROP TABLE room_proposals;
DROP TABLE room_choices;
DROP TABLE room_reports;
DROP TABLE room_posts;
