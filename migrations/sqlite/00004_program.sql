-- +goose Up
CREATE TABLE brands (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL CHECK (name <> ''),
  created_at DATETIME NOT NULL
);

CREATE TABLE programs (
  id               TEXT PRIMARY KEY,
  brand_id         TEXT NOT NULL REFERENCES brands (id),
  name             TEXT NOT NULL CHECK (name <> ''),
  state            TEXT NOT NULL CHECK (state IN ('draft', 'live', 'paused', 'closed')),
  currency         TEXT NOT NULL CHECK (length(currency) = 3),
  languages        TEXT NOT NULL,
  policies         TEXT NOT NULL,
  rollout_share_bp INTEGER NOT NULL CHECK (rollout_share_bp BETWEEN 0 AND 10000),
  created_at       DATETIME NOT NULL,
  UNIQUE (id, brand_id)
);
CREATE INDEX programs_brand ON programs (brand_id, created_at);

-- The second foreign key keeps a topic's parent in the same program.
CREATE TABLE topics (
  id         TEXT PRIMARY KEY,
  brand_id   TEXT NOT NULL,
  program_id TEXT NOT NULL,
  parent_id  TEXT CHECK (parent_id <> id),
  slug       TEXT NOT NULL CHECK (slug <> ''),
  name       TEXT NOT NULL CHECK (name <> ''),
  mode       TEXT NOT NULL CHECK (mode IN ('crowd', 'certified', 'brand-only')),
  UNIQUE (program_id, slug),
  UNIQUE (id, program_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  FOREIGN KEY (parent_id, program_id) REFERENCES topics (id, program_id)
);

-- Every movement of a program's money that somebody asked for, once: id is made of the brand, the verb and the caller's key.
CREATE TABLE money_moves (
  id           TEXT PRIMARY KEY,
  brand_id     TEXT NOT NULL,
  program_id   TEXT NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('program.funded', 'program.budget_allocated', 'program.budget_returned')),
  currency     TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  moved_at     DATETIME NOT NULL,
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX money_moves_program ON money_moves (program_id, moved_at);

-- +goose Down
DROP TABLE money_moves;
DROP TABLE topics;
DROP TABLE programs;
DROP TABLE brands;
