-- +goose Up
-- A person who works, for any brand: global, as persons are.
CREATE TABLE experts (
  person_id    TEXT PRIMARY KEY REFERENCES persons (id),
  handle       TEXT NOT NULL UNIQUE CHECK (handle <> ''),
  country      TEXT NOT NULL CHECK (country = '' OR length(country) = 2),
  languages    TEXT NOT NULL,
  capacity     INTEGER NOT NULL CHECK (capacity BETWEEN 1 AND 100),
  available    BOOLEAN NOT NULL,
  active_count INTEGER NOT NULL DEFAULT 0 CHECK (active_count >= 0),
  created_at   DATETIME NOT NULL
);

CREATE TABLE enrolments (
  id            TEXT PRIMARY KEY,
  brand_id      TEXT NOT NULL,
  program_id    TEXT NOT NULL,
  person_id     TEXT NOT NULL REFERENCES experts (person_id),
  state         TEXT NOT NULL CHECK (state IN ('applied', 'assessing', 'probation', 'active', 'paused', 'suspended', 'left', 'rejected')),
  resume_state  TEXT NOT NULL DEFAULT '' CHECK (resume_state IN ('', 'probation', 'active')),
  origin        TEXT NOT NULL CHECK (origin IN ('applied', 'imported')),
  motivation    TEXT NOT NULL DEFAULT '',
  lot           INTEGER NOT NULL,
  certified     TEXT NOT NULL,
  topics        TEXT NOT NULL,
  applied_at    DATETIME NOT NULL,
  enrolled_at   DATETIME,
  decided_by    TEXT REFERENCES persons (id),
  decided_at    DATETIME,
  decision_code TEXT NOT NULL DEFAULT '',
  decision_note TEXT NOT NULL DEFAULT '',
  UNIQUE (program_id, person_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  CHECK ((state IN ('paused', 'suspended')) = (resume_state <> '')),
  CHECK (state NOT IN ('probation', 'active', 'paused', 'suspended') OR (enrolled_at IS NOT NULL AND decided_by IS NOT NULL)),
  CHECK (state NOT IN ('applied', 'assessing') OR enrolled_at IS NULL),
  CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
  CHECK (state <> 'suspended' OR decision_code IN ('quality', 'conduct', 'privacy', 'fraud', 'terms')),
  CHECK (state <> 'rejected' OR (decided_by IS NOT NULL AND decision_code IN ('incomplete', 'knowledge', 'language', 'eligibility', 'conduct')))
);
CREATE INDEX enrolments_working ON enrolments (program_id) WHERE state IN ('probation', 'active', 'paused', 'suspended');
CREATE INDEX enrolments_program ON enrolments (program_id, state, applied_at);
CREATE INDEX enrolments_person ON enrolments (person_id);

CREATE TABLE terms (
  brand_id     TEXT NOT NULL,
  program_id   TEXT NOT NULL,
  version      INTEGER NOT NULL CHECK (version > 0),
  text         TEXT NOT NULL CHECK (text <> ''),
  published_at DATETIME NOT NULL,
  PRIMARY KEY (program_id, version),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);

CREATE TABLE terms_acceptances (
  brand_id    TEXT NOT NULL,
  program_id  TEXT NOT NULL,
  person_id   TEXT NOT NULL REFERENCES experts (person_id),
  version     INTEGER NOT NULL,
  accepted_at DATETIME NOT NULL,
  PRIMARY KEY (program_id, person_id, version),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  FOREIGN KEY (program_id, version) REFERENCES terms (program_id, version)
);

-- items holds the right answers too: it never leaves the server as it is.
CREATE TABLE quizzes (
  brand_id   TEXT NOT NULL,
  program_id TEXT NOT NULL,
  version    INTEGER NOT NULL CHECK (version > 0),
  pass_mark  INTEGER NOT NULL CHECK (pass_mark > 0),
  items      TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (program_id, version),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);

CREATE TABLE quiz_attempts (
  brand_id   TEXT NOT NULL,
  program_id TEXT NOT NULL,
  person_id  TEXT NOT NULL REFERENCES experts (person_id),
  version    INTEGER NOT NULL,
  attempt    INTEGER NOT NULL CHECK (attempt > 0),
  answers    TEXT NOT NULL,
  score      INTEGER NOT NULL CHECK (score >= 0),
  passed     BOOLEAN NOT NULL,
  taken_at   DATETIME NOT NULL,
  PRIMARY KEY (program_id, person_id, version, attempt),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  FOREIGN KEY (program_id, version) REFERENCES quizzes (program_id, version)
);

-- Past questions, redacted, and who answered them: what matching learns from.
-- xid is the transaction that last wrote the row: readers by cursor ask for
-- what their last snapshot did not hold. Here evidence_writes counts
-- them, since SQLite does not number its transactions.
CREATE TABLE past_questions (
  id           TEXT PRIMARY KEY,
  brand_id     TEXT NOT NULL,
  program_id   TEXT NOT NULL,
  reference    TEXT CHECK (reference <> ''),
  title        TEXT NOT NULL,
  body         TEXT NOT NULL,
  tags         TEXT NOT NULL,
  topic        TEXT NOT NULL,
  asker        TEXT,
  asked_at     DATETIME NOT NULL,
  forgotten_at DATETIME,
  xid          INTEGER NOT NULL,
  UNIQUE (program_id, reference),
  UNIQUE (id, program_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  CHECK (forgotten_at IS NULL OR (title = '' AND body = '' AND topic = '' AND asker IS NULL))
);
CREATE INDEX past_questions_changes ON past_questions (program_id, xid);

CREATE TABLE evidence (
  question_id TEXT NOT NULL,
  person_id   TEXT NOT NULL REFERENCES persons (id),
  brand_id    TEXT NOT NULL,
  program_id  TEXT NOT NULL,
  answered_at DATETIME NOT NULL,
  resolved_at DATETIME,
  score       INTEGER NOT NULL,
  xid         INTEGER NOT NULL,
  PRIMARY KEY (question_id, person_id),
  FOREIGN KEY (question_id, program_id) REFERENCES past_questions (id, program_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX evidence_changes ON evidence (program_id, xid);
CREATE INDEX evidence_person ON evidence (person_id);

CREATE TABLE evidence_writes (
  only  INTEGER PRIMARY KEY CHECK (only = 1),
  count INTEGER NOT NULL
);
INSERT INTO evidence_writes (only, count) VALUES (1, 0);

-- A belief about a person's work on a topic: Beta(alpha, beta), as of updated_at. Topic '' is work on no known topic.
CREATE TABLE standings (
  brand_id   TEXT NOT NULL,
  program_id TEXT NOT NULL,
  person_id  TEXT NOT NULL REFERENCES experts (person_id),
  topic      TEXT NOT NULL,
  alpha      REAL NOT NULL CHECK (alpha > 0),
  beta       REAL NOT NULL CHECK (beta > 0),
  evidence   INTEGER NOT NULL CHECK (evidence >= 0),
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (program_id, person_id, topic),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);

-- +goose Down
DROP TABLE standings;
DROP TABLE evidence_writes;
DROP TABLE evidence;
DROP TABLE past_questions;
DROP TABLE quiz_attempts;
DROP TABLE quizzes;
DROP TABLE terms_acceptances;
DROP TABLE terms;
DROP TABLE enrolments;
DROP TABLE experts;
