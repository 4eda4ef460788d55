-- +goose Up
-- Operators may unfreeze a brand that a lost dispute left frozen. SQLite changes a
-- CHECK by making the table anew; take_backs refers to it.
PRAGMA defer_foreign_keys = ON;
CREATE TABLE money_acts_kept AS SELECT * FROM money_acts;
DROP TABLE money_acts;
CREATE TABLE money_acts (
  id           TEXT PRIMARY KEY,
  kind         TEXT NOT NULL CHECK (kind IN ('claw_back', 'bonus', 'credit_limit', 'credit', 'write_off_brand', 'write_off_expert', 'reverse', 'unfreeze_brand', 'clear_suspense', 'withhold', 'remit')),
  subject_id   TEXT NOT NULL,
  line         TEXT NOT NULL DEFAULT '',
  belongs      TEXT NOT NULL DEFAULT '',
  currency     TEXT NOT NULL DEFAULT '',
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  reason       TEXT NOT NULL CHECK (reason <> ''),
  state        TEXT NOT NULL CHECK (state IN ('asked', 'done', 'withdrawn')),
  posting      TEXT NOT NULL DEFAULT '',
  asked_by     TEXT NOT NULL REFERENCES persons (id),
  asked_at     DATETIME NOT NULL,
  decided_by   TEXT REFERENCES persons (id),
  decided_at   DATETIME,
  ground       TEXT NOT NULL DEFAULT ''
    CHECK (ground IN ('', 'fraud', 'copied', 'privacy', 'paid_twice', 'mistake') AND (ground = '' OR kind = 'claw_back')),
  CHECK ((state = 'asked') = (decided_at IS NULL)),
  CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
  CHECK (state <> 'done' OR decided_by <> asked_by OR kind IN ('withhold', 'remit'))
);
INSERT INTO money_acts (id, kind, subject_id, line, belongs, currency, amount_minor, reason, state, posting, asked_by, asked_at, decided_by, decided_at, ground)
  SELECT id, kind, subject_id, line, belongs, currency, amount_minor, reason, state, posting, asked_by, asked_at, decided_by, decided_at, ground FROM money_acts_kept;
DROP TABLE money_acts_kept;
CREATE INDEX money_acts_asked ON money_acts (asked_at, id);
CREATE INDEX money_acts_waiting ON money_acts (asked_at, id) WHERE state = 'asked';
CREATE INDEX money_acts_asked_by ON money_acts (asked_by);
CREATE INDEX money_acts_decided_by ON money_acts (decided_by);

-- +goose Down
DELETE FROM money_acts WHERE kind = 'unfreeze_brand';
PRAGMA defer_foreign_keys = ON;
CREATE TABLE money_acts_kept AS SELECT * FROM money_acts;
DROP TABLE money_acts;
CREATE TABLE money_acts (
  id           TEXT PRIMARY KEY,
  kind         TEXT NOT NULL CHECK (kind IN ('claw_back', 'bonus', 'credit_limit', 'credit', 'write_off_brand', 'write_off_expert', 'reverse', 'clear_suspense', 'withhold', 'remit')),
  subject_id   TEXT NOT NULL,
  line         TEXT NOT NULL DEFAULT '',
  belongs      TEXT NOT NULL DEFAULT '',
  currency     TEXT NOT NULL DEFAULT '',
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  reason       TEXT NOT NULL CHECK (reason <> ''),
  state        TEXT NOT NULL CHECK (state IN ('asked', 'done', 'withdrawn')),
  posting      TEXT NOT NULL DEFAULT '',
  asked_by     TEXT NOT NULL REFERENCES persons (id),
  asked_at     DATETIME NOT NULL,
  decided_by   TEXT REFERENCES persons (id),
  decided_at   DATETIME,
  ground       TEXT NOT NULL DEFAULT ''
    CHECK (ground IN ('', 'fraud', 'copied', 'privacy', 'paid_twice', 'mistake') AND (ground = '' OR kind = 'claw_back')),
  CHECK ((state = 'asked') = (decided_at IS NULL)),
  CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
  CHECK (state <> 'done' OR decided_by <> asked_by OR kind IN ('withhold', 'remit'))
);
INSERT INTO money_acts (id, kind, subject_id, line, belongs, currency, amount_minor, reason, state, posting, asked_by, asked_at, decided_by, decided_at, ground)
  SELECT id, kind, subject_id, line, belongs, currency, amount_minor, reason, state, posting, asked_by, asked_at, decided_by, decided_at, ground FROM money_acts_kept;
DROP TABLE money_acts_kept;
CREATE INDEX money_acts_asked ON money_acts (asked_at, id);
CREATE INDEX money_acts_waiting ON money_acts (asked_at, id) WHERE state = 'asked';
CREATE INDEX money_acts_asked_by ON money_acts (asked_by);
CREATE INDEX money_acts_decided_by ON money_acts (decided_by);
