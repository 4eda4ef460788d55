-- +goose Up
-- What a named person decided against an expert, and what became of it: they are
-- not asked any more (suspension), or not about some topics (restriction).
-- next_due_at is when an appeal that nobody decided is the expert's.
CREATE TABLE measures (
  id           uuid PRIMARY KEY,
  brand_id     uuid NOT NULL,
  program_id   uuid NOT NULL,
  enrolment_id uuid NOT NULL REFERENCES enrolments (id),
  person_id    uuid NOT NULL REFERENCES experts (person_id),
  kind         text NOT NULL CHECK (kind IN ('suspension', 'restriction')),
  state        text NOT NULL CHECK (state IN ('in_force', 'appealed', 'confirmed', 'overturned', 'lapsed', 'lifted', 'over')),
  reason       text NOT NULL CHECK (reason IN ('quality', 'conduct', 'privacy', 'fraud', 'terms')),
  evidence     text NOT NULL CHECK (evidence <> ''),
  topics       jsonb NOT NULL,
  imposed_by   uuid NOT NULL REFERENCES persons (id),
  imposed_at   timestamptz NOT NULL,
  statement    text NOT NULL DEFAULT '',
  appealed_at  timestamptz,
  decide_by    timestamptz,
  decided_by   uuid REFERENCES persons (id),
  decision     text NOT NULL DEFAULT '',
  ended_at     timestamptz,
  next_due_at  timestamptz,
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  CHECK ((kind = 'restriction') = (topics <> '[]')),
  CHECK (imposed_by <> person_id),
  CHECK ((appealed_at IS NULL) = (decide_by IS NULL)),
  CHECK (state NOT IN ('appealed', 'confirmed', 'overturned', 'lapsed') OR appealed_at IS NOT NULL),
  CHECK ((state = 'appealed') = (next_due_at IS NOT NULL)),
  CHECK (state NOT IN ('confirmed', 'overturned') OR (decided_by IS NOT NULL AND decision <> '')),
  CHECK (decided_by IS NULL OR (decided_by <> imposed_by AND decided_by <> person_id)),
  CHECK ((state IN ('in_force', 'appealed', 'confirmed')) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX measures_in_effect ON measures (enrolment_id, kind) WHERE ended_at IS NULL;
CREATE INDEX measures_due ON measures (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX measures_enrolment ON measures (enrolment_id);
CREATE INDEX measures_program ON measures (program_id, imposed_at);
CREATE INDEX measures_person ON measures (person_id, imposed_at);
ALTER TABLE measures ENABLE ROW LEVEL SECURITY;
ALTER TABLE measures FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON measures USING (knowhow_sees(brand_id));

-- Who is suspended by now has the way to appeal, too. Until the end of this step
-- every brand's rows are seen.
SELECT set_config('knowhow.brand', '*', true);
INSERT INTO measures (id, brand_id, program_id, enrolment_id, person_id, kind, state, reason, evidence, topics, imposed_by, imposed_at)
SELECT gen_random_uuid(),
  brand_id, program_id, id, person_id, 'suspension', 'in_force', decision_code, COALESCE(NULLIF(decision_note, ''), '-'), '[]', decided_by, decided_at
FROM enrolments WHERE state = 'suspended' AND decided_by <> person_id;

-- The topics that the restriction in force keeps the expert from.
ALTER TABLE enrolments ADD COLUMN restricted jsonb NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE enrolments DROP COLUMN restricted;
DROP TABLE measures;
