-- +goose Up
CREATE TABLE questions (
  id                    uuid PRIMARY KEY,
  brand_id              uuid NOT NULL,
  program_id            uuid NOT NULL,
  customer_id           uuid NOT NULL,
  asker_person          uuid,
  topic_id              uuid,
  reference             text,
  language              text NOT NULL,
  tags                  text NOT NULL,
  title                 text NOT NULL,
  body                  text NOT NULL,
  context               text NOT NULL,
  title_sealed          bytea NOT NULL,
  context_sealed        bytea NOT NULL,
  redaction             text NOT NULL,
  state                 text NOT NULL CHECK (state IN ('asked', 'offered', 'assigned', 'answered', 'resolved', 'escalated', 'withdrawn')),
  end_reason            text NOT NULL DEFAULT '',
  attempt               integer NOT NULL CHECK (attempt >= 1),
  wave                  integer NOT NULL CHECK (wave >= 0),
  messages              integer NOT NULL CHECK (messages >= 1),
  asked_at              timestamptz NOT NULL,
  first_response_due_at timestamptz NOT NULL,
  resolution_due_at     timestamptz NOT NULL,
  first_responded_at    timestamptz,
  resolved_at           timestamptz,
  ended_at              timestamptz,
  response_breached     boolean NOT NULL DEFAULT false,
  resolution_breached   boolean NOT NULL DEFAULT false,
  nudged                boolean NOT NULL DEFAULT false,
  stage_due_at          timestamptz,
  next_due_at           timestamptz,
  UNIQUE (program_id, reference),
  CHECK ((state IN ('resolved', 'escalated', 'withdrawn')) = (ended_at IS NOT NULL)),
  CHECK (state <> 'offered' OR wave >= 1)
);
CREATE INDEX questions_due ON questions (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX questions_customer ON questions (customer_id, asked_at);
CREATE INDEX questions_program ON questions (program_id, state, asked_at);

CREATE TABLE messages (
  id            uuid PRIMARY KEY,
  brand_id      uuid NOT NULL,
  question_id   uuid NOT NULL REFERENCES questions (id),
  position      integer NOT NULL CHECK (position >= 1),
  author        text NOT NULL CHECK (author IN ('customer', 'expert', 'brand')),
  person_id     uuid,
  assignment_id uuid,
  body          text NOT NULL,
  body_sealed   bytea NOT NULL,
  at            timestamptz NOT NULL,
  UNIQUE (question_id, position)
);

CREATE TABLE offers (
  id           uuid PRIMARY KEY,
  brand_id     uuid NOT NULL,
  question_id  uuid NOT NULL REFERENCES questions (id),
  person_id    uuid NOT NULL,
  attempt      integer NOT NULL CHECK (attempt >= 1),
  wave         integer NOT NULL CHECK (wave >= 1),
  position     integer NOT NULL CHECK (position >= 1),
  state        text NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'expired', 'withdrawn')),
  reward_minor bigint NOT NULL CHECK (reward_minor > 0),
  fee_minor    bigint NOT NULL CHECK (fee_minor >= 0),
  currency     text NOT NULL,
  effort_s     integer NOT NULL CHECK (effort_s >= 0),
  why          text NOT NULL,
  offered_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  settled_at   timestamptz,
  UNIQUE (question_id, attempt, person_id),
  CHECK ((state = 'open') = (settled_at IS NULL))
);
CREATE INDEX offers_person ON offers (person_id, offered_at) WHERE state = 'open';

CREATE TABLE assignments (
  id              uuid PRIMARY KEY,
  brand_id        uuid NOT NULL,
  question_id     uuid NOT NULL REFERENCES questions (id),
  attempt         integer NOT NULL CHECK (attempt >= 1),
  person_id       uuid NOT NULL,
  offer_id        uuid NOT NULL REFERENCES offers (id),
  state           text NOT NULL CHECK (state IN ('working', 'delivered', 'earned', 'contested', 'released', 'refused', 'handed_back', 'lapsed', 'cancelled')),
  reward_minor    bigint NOT NULL CHECK (reward_minor >= 0),
  fee_minor       bigint NOT NULL CHECK (fee_minor >= 0),
  currency        text NOT NULL,
  note            text NOT NULL DEFAULT '',
  end_reason      text NOT NULL DEFAULT '',
  accepted_at     timestamptz NOT NULL,
  delivered_at    timestamptz,
  earned_at       timestamptz,
  release_at      timestamptz,
  confirmed_at    timestamptz,
  settled_at      timestamptz,
  next_due_at     timestamptz,
  UNIQUE (question_id, attempt),
  CHECK (state NOT IN ('delivered') OR delivered_at IS NOT NULL),
  CHECK (state NOT IN ('earned', 'contested', 'released', 'refused') OR release_at IS NOT NULL),
  CHECK ((state IN ('released', 'refused')) = (settled_at IS NOT NULL))
);
CREATE INDEX assignments_due ON assignments (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX assignments_person ON assignments (person_id, accepted_at);

CREATE TABLE decisions (
  id          uuid PRIMARY KEY,
  brand_id    uuid NOT NULL,
  question_id uuid NOT NULL REFERENCES questions (id),
  attempt     integer NOT NULL,
  wave        integer NOT NULL,
  at          timestamptz NOT NULL,
  record      text NOT NULL,
  UNIQUE (question_id, attempt, wave)
);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['questions', 'messages', 'offers', 'assignments', 'decisions'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY brand ON %I USING (knowhow_sees(brand_id))', t);
  END LOOP;
END $$;
-- +goose StatementEnd

-- +goose Down
DROP TABLE decisions;
DROP TABLE assignments;
DROP TABLE offers;
DROP TABLE messages;
DROP TABLE questions;
