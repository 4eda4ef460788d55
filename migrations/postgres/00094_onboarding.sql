-- +goose Up
-- What a program asks of who wants to work in it: terms by country and language,
-- cards to read, quizzes drawn from banks, practice answers that people judge.

-- Terms of country '' are for everybody whose country has none of its own. text
-- is in language; its translations are of the same version.
ALTER TABLE terms ADD COLUMN country text NOT NULL DEFAULT '' CHECK (country = '' OR length(country) = 2);
ALTER TABLE terms ADD COLUMN language text NOT NULL DEFAULT '';
CREATE TABLE terms_translations (
  brand_id   uuid NOT NULL,
  program_id uuid NOT NULL,
  version    integer NOT NULL,
  language   text NOT NULL CHECK (language <> ''),
  text       text NOT NULL CHECK (text <> ''),
  PRIMARY KEY (program_id, version, language),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  FOREIGN KEY (program_id, version) REFERENCES terms (program_id, version)
);
ALTER TABLE terms_translations ENABLE ROW LEVEL SECURITY;
ALTER TABLE terms_translations FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON terms_translations USING (knowhow_sees(brand_id));
-- In which language they were read.
ALTER TABLE terms_acceptances ADD COLUMN language text NOT NULL DEFAULT '';

-- topic '' is the program's own quiz; that of a topic certifies for it. draw is
-- how many items a try has, 0: all; item_seconds is how long each may take, 0:
-- they are answered together, in as much time as one likes.
ALTER TABLE quizzes ADD COLUMN topic text NOT NULL DEFAULT '';
ALTER TABLE quizzes ADD COLUMN draw integer NOT NULL DEFAULT 0 CHECK (draw >= 0);
ALTER TABLE quizzes ADD COLUMN item_seconds integer NOT NULL DEFAULT 0 CHECK (item_seconds >= 0);
ALTER TABLE quizzes ADD COLUMN attempts integer NOT NULL DEFAULT 3 CHECK (attempts > 0);
ALTER TABLE quizzes ADD COLUMN retake_seconds integer NOT NULL DEFAULT 86400 CHECK (retake_seconds >= 0);
-- drawn are the items of the try, [] of one before there were banks: all of
-- them. served_at is when the item that is to be answered was shown; NULL once
-- the try is over.
ALTER TABLE quiz_attempts ADD COLUMN drawn jsonb NOT NULL DEFAULT '[]';
ALTER TABLE quiz_attempts ADD COLUMN served_at timestamptz;

-- The platform's own quiz, which is passed once for all programs: global.
CREATE TABLE platform_quizzes (
  version        integer PRIMARY KEY CHECK (version > 0),
  pass_mark      integer NOT NULL CHECK (pass_mark > 0),
  draw           integer NOT NULL CHECK (draw >= 0),
  item_seconds   integer NOT NULL CHECK (item_seconds >= 0),
  attempts       integer NOT NULL CHECK (attempts > 0),
  retake_seconds integer NOT NULL CHECK (retake_seconds >= 0),
  items          jsonb NOT NULL,
  created_at     timestamptz NOT NULL
);
CREATE TABLE platform_attempts (
  person_id uuid NOT NULL REFERENCES experts (person_id),
  version   integer NOT NULL REFERENCES platform_quizzes (version),
  attempt   integer NOT NULL CHECK (attempt > 0),
  drawn     jsonb NOT NULL,
  answers   jsonb NOT NULL,
  score     integer NOT NULL CHECK (score >= 0),
  passed    boolean NOT NULL,
  taken_at  timestamptz NOT NULL,
  served_at timestamptz,
  PRIMARY KEY (person_id, version, attempt)
);
CREATE INDEX platform_attempts_version ON platform_attempts (version);

-- A card of topic '' is about the program. Where a topic has cards that must be
-- read, only who has read them is asked its questions.
CREATE TABLE cards (
  id           uuid PRIMARY KEY,
  brand_id     uuid NOT NULL,
  program_id   uuid NOT NULL,
  topic        text NOT NULL,
  language     text NOT NULL,
  title        text NOT NULL CHECK (title <> ''),
  text         text NOT NULL CHECK (text <> ''),
  must_read    boolean NOT NULL,
  published_at timestamptz NOT NULL,
  retired_at   timestamptz,
  UNIQUE (id, program_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX cards_program ON cards (program_id, published_at) WHERE retired_at IS NULL;
ALTER TABLE cards ENABLE ROW LEVEL SECURITY;
ALTER TABLE cards FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON cards USING (knowhow_sees(brand_id));
CREATE TABLE card_reads (
  card_id    uuid NOT NULL,
  person_id  uuid NOT NULL REFERENCES experts (person_id),
  brand_id   uuid NOT NULL,
  program_id uuid NOT NULL,
  read_at    timestamptz NOT NULL,
  PRIMARY KEY (card_id, person_id),
  FOREIGN KEY (card_id, program_id) REFERENCES cards (id, program_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX card_reads_person ON card_reads (person_id, program_id);
ALTER TABLE card_reads ENABLE ROW LEVEL SECURITY;
ALTER TABLE card_reads FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON card_reads USING (knowhow_sees(brand_id));

CREATE TABLE practice_tasks (
  id           uuid PRIMARY KEY,
  brand_id     uuid NOT NULL,
  program_id   uuid NOT NULL,
  question     text NOT NULL CHECK (question <> ''),
  guide        text NOT NULL,
  published_at timestamptz NOT NULL,
  retired_at   timestamptz,
  UNIQUE (id, program_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX practice_tasks_program ON practice_tasks (program_id, published_at) WHERE retired_at IS NULL;
ALTER TABLE practice_tasks ENABLE ROW LEVEL SECURITY;
ALTER TABLE practice_tasks FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON practice_tasks USING (knowhow_sees(brand_id));
CREATE TABLE practice_answers (
  id           uuid PRIMARY KEY,
  task_id      uuid NOT NULL,
  brand_id     uuid NOT NULL,
  program_id   uuid NOT NULL,
  person_id    uuid NOT NULL REFERENCES experts (person_id),
  attempt      integer NOT NULL CHECK (attempt > 0),
  text         text NOT NULL,
  submitted_at timestamptz NOT NULL,
  passed       boolean,
  note         text NOT NULL DEFAULT '',
  judged_by    uuid REFERENCES persons (id),
  judged_at    timestamptz,
  UNIQUE (task_id, person_id, attempt),
  FOREIGN KEY (task_id, program_id) REFERENCES practice_tasks (id, program_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  CHECK ((passed IS NULL) = (judged_by IS NULL)),
  CHECK ((passed IS NULL) = (judged_at IS NULL)),
  CHECK (judged_by IS NULL OR judged_by <> person_id)
);
CREATE INDEX practice_answers_person ON practice_answers (person_id, program_id);
CREATE INDEX practice_answers_waiting ON practice_answers (program_id, submitted_at) WHERE passed IS NULL;
ALTER TABLE practice_answers ENABLE ROW LEVEL SECURITY;
ALTER TABLE practice_answers FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON practice_answers USING (knowhow_sees(brand_id));

-- What applicants tell of the product; the topics whose cards they have read;
-- whether they wait for a place; when a rejected one may try again; what was set
-- aside for their onboarding, and when it was paid.
ALTER TABLE enrolments ADD COLUMN owns text NOT NULL DEFAULT '';
ALTER TABLE enrolments ADD COLUMN uses text NOT NULL DEFAULT '' CHECK (uses IN ('', 'daily', 'weekly', 'monthly', 'seldom', 'formerly'));
ALTER TABLE enrolments ADD COLUMN unlocked jsonb NOT NULL DEFAULT '[]';
ALTER TABLE enrolments ADD COLUMN waiting boolean NOT NULL DEFAULT false CHECK (NOT waiting OR state = 'applied');
ALTER TABLE enrolments ADD COLUMN reapply_at timestamptz;
ALTER TABLE enrolments ADD COLUMN training_hold uuid;
ALTER TABLE enrolments ADD COLUMN trained_at timestamptz;

-- Whether a topic's experts read a card before they are asked.
ALTER TABLE topics ADD COLUMN needs_reading boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE topics DROP COLUMN needs_reading;
ALTER TABLE enrolments DROP COLUMN trained_at;
ALTER TABLE enrolments DROP COLUMN training_hold;
ALTER TABLE enrolments DROP COLUMN reapply_at;
ALTER TABLE enrolments DROP COLUMN waiting;
ALTER TABLE enrolments DROP COLUMN unlocked;
ALTER TABLE enrolments DROP COLUMN uses;
ALTER TABLE enrolments DROP COLUMN owns;
DROP TABLE practice_answers;
DROP TABLE practice_tasks;
DROP TABLE card_reads;
DROP TABLE cards;
DROP TABLE platform_attempts;
DROP TABLE platform_quizzes;
ALTER TABLE quiz_attempts DROP COLUMN served_at;
ALTER TABLE quiz_attempts DROP COLUMN drawn;
ALTER TABLE quizzes DROP COLUMN retake_seconds;
ALTER TABLE quizzes DROP COLUMN attempts;
ALTER TABLE quizzes DROP COLUMN item_seconds;
ALTER TABLE quizzes DROP COLUMN draw;
ALTER TABLE quizzes DROP COLUMN topic;
ALTER TABLE terms_acceptances DROP COLUMN language;
DROP TABLE terms_translations;
ALTER TABLE terms DROP COLUMN language;
ALTER TABLE terms DROP COLUMN country;
