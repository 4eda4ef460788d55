-- +goose Up
-- Pay that was released and that somebody has decided to take back: it stays its
-- expert's, and what they still had of it, amount_minor, is not paid out until the
-- decision is final.
CREATE TABLE set_asides (
  reward_id    uuid PRIMARY KEY REFERENCES rewards (id),
  decision_id  uuid NOT NULL UNIQUE,
  expert_id    uuid NOT NULL,
  currency     text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  set_at       timestamptz NOT NULL,
  ended_at     timestamptz
);
CREATE INDEX set_asides_open ON set_asides (expert_id, currency) WHERE ended_at IS NULL;

-- Why, of a list, pay is taken back; what shows it is the act's reason.
ALTER TABLE money_acts ADD COLUMN ground text NOT NULL DEFAULT ''
  CHECK (ground IN ('', 'fraud', 'copied', 'privacy', 'paid_twice', 'mistake') AND (ground = '' OR kind = 'claw_back'));

-- What became of the decision of two operators to take pay back. Its expert may
-- appeal until appeal_until, upon which a third person decides by decide_by; an
-- appeal that nobody decided is the expert's. All are the platform's own.
CREATE TABLE take_backs (
  id           uuid PRIMARY KEY REFERENCES money_acts (id),
  brand_id     uuid NOT NULL,
  reward_id    uuid NOT NULL UNIQUE REFERENCES rewards (id),
  person_id    uuid NOT NULL REFERENCES experts (person_id),
  state        text NOT NULL CHECK (state IN ('appealable', 'appealed', 'final', 'overturned', 'lapsed')),
  began_at     timestamptz NOT NULL,
  appeal_until timestamptz NOT NULL,
  statement    text NOT NULL DEFAULT '',
  appealed_at  timestamptz,
  decide_by    timestamptz,
  decided_by   uuid REFERENCES persons (id),
  decision     text NOT NULL DEFAULT '',
  ended_at     timestamptz,
  next_due_at  timestamptz,
  CHECK ((appealed_at IS NULL) = (decide_by IS NULL)),
  CHECK (state NOT IN ('appealed', 'overturned', 'lapsed') OR appealed_at IS NOT NULL),
  CHECK (state <> 'appealable' OR appealed_at IS NULL),
  CHECK ((decided_by IS NULL) = (decision = '')),
  CHECK (state <> 'overturned' OR decided_by IS NOT NULL),
  CHECK (state <> 'final' OR appealed_at IS NULL OR decided_by IS NOT NULL),
  CHECK (decided_by IS NULL OR decided_by <> person_id),
  CHECK ((state IN ('appealable', 'appealed')) = (next_due_at IS NOT NULL)),
  CHECK ((next_due_at IS NULL) = (ended_at IS NOT NULL))
);
CREATE INDEX take_backs_due ON take_backs (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX take_backs_person ON take_backs (person_id, began_at, id);
CREATE INDEX take_backs_decided_by ON take_backs (decided_by);

-- +goose Down
DROP TABLE take_backs;
ALTER TABLE money_acts DROP COLUMN ground;
DROP TABLE set_asides;
