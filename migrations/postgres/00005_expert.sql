-- +goose Up
-- A person who works, for any brand: global, as persons are.
CREATE TABLE experts (
  person_id    uuid PRIMARY KEY REFERENCES persons (id),
  handle       text NOT NULL UNIQUE CHECK (handle <> ''),
  country      text NOT NULL CHECK (country = '' OR length(country) = 2),
  languages    jsonb NOT NULL,
  capacity     integer NOT NULL CHECK (capacity BETWEEN 1 AND 100),
  available    boolean NOT NULL,
  active_count integer NOT NULL DEFAULT 0 CHECK (active_count >= 0),
  created_at   timestamptz NOT NULL
);

CREATE TABLE enrolments (
  id            uuid PRIMARY KEY,
  brand_id      uuid NOT NULL,
  program_id    uuid NOT NULL,
  person_id     uuid NOT NULL REFERENCES experts (person_id),
  state         text NOT NULL CHECK (state IN ('applied', 'assessing', 'probation', 'active', 'paused', 'suspended', 'left', 'rejected')),
  resume_state  text NOT NULL DEFAULT '' CHECK (resume_state IN ('', 'probation', 'active')),
  origin        text NOT NULL CHECK (origin IN ('applied', 'imported')),
  motivation    text NOT NULL DEFAULT '',
  lot           bigint NOT NULL,
  certified     jsonb NOT NULL,
  topics        jsonb NOT NULL,
  applied_at    timestamptz NOT NULL,
  enrolled_at   timestamptz,
  decided_by    uuid REFERENCES persons (id),
  decided_at    timestamptz,
  decision_code text NOT NULL DEFAULT '',
  decision_note text NOT NULL DEFAULT '',
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
ALTER TABLE enrolments ENABLE ROW LEVEL SECURITY;
ALTER TABLE enrolments FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON enrolments USING (knowhow_sees(brand_id));

CREATE TABLE terms (
  brand_id     uuid NOT NULL,
  program_id   uuid NOT NULL,
  version      integer NOT NULL CHECK (version > 0),
  text         text NOT NULL CHECK (text <> ''),
  published_at timestamptz NOT NULL,
  PRIMARY KEY (program_id, version),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
ALTER TABLE terms ENABLE ROW LEVEL SECURITY;
ALTER TABLE terms FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON terms USING (knowhow_sees(brand_id));

CREATE TABLE terms_acceptances (
  brand_id    uuid NOT NULL,
  program_id  uuid NOT NULL,
  person_id   uuid NOT NULL REFERENCES experts (person_id),
  version     integer NOT NULL,
  accepted_at timestamptz NOT NULL,
  PRIMARY KEY (program_id, person_id, version),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  FOREIGN KEY (program_id, version) REFERENCES terms (program_id, version)
);
ALTER TABLE terms_acceptances ENABLE ROW LEVEL SECURITY;
ALTER TABLE terms_acceptances FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON terms_acceptances USING (knowhow_sees(brand_id));

-- items holds the right answers too: it never leaves the server as it is.
CREATE TABLE quizzes (
  brand_id   uuid NOT NULL,
  program_id uuid NOT NULL,
  version    integer NOT NULL CHECK (version > 0),
  pass_mark  integer NOT NULL CHECK (pass_mark > 0),
  items      jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (program_id, version),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
ALTER TABLE quizzes ENABLE ROW LEVEL SECURITY;
ALTER TABLE quizzes FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON quizzes USING (knowhow_sees(brand_id));

CREATE TABLE quiz_attempts (
  brand_id   uuid NOT NULL,
  program_id uuid NOT NULL,
  person_id  uuid NOT NULL REFERENCES experts (person_id),
  version    integer NOT NULL,
  attempt    integer NOT NULL CHECK (attempt > 0),
  answers    jsonb NOT NULL,
  score      integer NOT NULL CHECK (score >= 0),
  passed     boolean NOT NULL,
  taken_at   timestamptz NOT NULL,
  PRIMARY KEY (program_id, person_id, version, attempt),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  FOREIGN KEY (program_id, version) REFERENCES quizzes (program_id, version)
);
ALTER TABLE quiz_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE quiz_attempts FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON quiz_attempts USING (knowhow_sees(brand_id));

-- Past questions, redacted, and who answered them: what matching learns from.
-- xid is the transaction that last wrote the row: readers by cursor ask for
-- what their last snapshot did not hold.
CREATE TABLE past_questions (
  id           uuid PRIMARY KEY,
  brand_id     uuid NOT NULL,
  program_id   uuid NOT NULL,
  reference    text CHECK (reference <> ''),
  title        text NOT NULL,
  body         text NOT NULL,
  tags         jsonb NOT NULL,
  topic        text NOT NULL,
  asker        uuid,
  asked_at     timestamptz NOT NULL,
  forgotten_at timestamptz,
  xid          xid8 NOT NULL DEFAULT pg_current_xact_id(),
  UNIQUE (program_id, reference),
  UNIQUE (id, program_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  CHECK (forgotten_at IS NULL OR (title = '' AND body = '' AND topic = '' AND asker IS NULL))
);
CREATE INDEX past_questions_changes ON past_questions (program_id, xid);
ALTER TABLE past_questions ENABLE ROW LEVEL SECURITY;
ALTER TABLE past_questions FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON past_questions USING (knowhow_sees(brand_id));

CREATE TABLE evidence (
  question_id uuid NOT NULL,
  person_id   uuid NOT NULL REFERENCES persons (id),
  brand_id    uuid NOT NULL,
  program_id  uuid NOT NULL,
  answered_at timestamptz NOT NULL,
  resolved_at timestamptz,
  score       integer NOT NULL,
  xid         xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (question_id, person_id),
  FOREIGN KEY (question_id, program_id) REFERENCES past_questions (id, program_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX evidence_changes ON evidence (program_id, xid);
CREATE INDEX evidence_person ON evidence (person_id);
ALTER TABLE evidence ENABLE ROW LEVEL SECURITY;
ALTER TABLE evidence FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON evidence USING (knowhow_sees(brand_id));

-- A belief about a person's work on a topic: Beta(alpha, beta), as of updated_at. Topic '' is work on no known topic.
CREATE TABLE standings (
  brand_id   uuid NOT NULL,
  program_id uuid NOT NULL,
  person_id  uuid NOT NULL REFERENCES experts (person_id),
  topic      text NOT NULL,
  alpha      double precision NOT NULL CHECK (alpha > 0),
  beta       double precision NOT NULL CHECK (beta > 0),
  evidence   integer NOT NULL CHECK (evidence >= 0),
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (program_id, person_id, topic),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
ALTER TABLE standings ENABLE ROW LEVEL SECURITY;
ALTER TABLE standings FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON standings USING (knowhow_sees(brand_id));

-- +goose Down
DROP TABLE standings;
DROP TABLE evidence;
DROP TABLE past_questions;
DROP TABLE quiz_attempts;
DROP TABLE quizzes;
DROP TABLE terms_acceptances;
DROP TABLE terms;
DROP TABLE enrolments;
DROP TABLE experts;
