-- +goose Up
CREATE TABLE brands (
  id         uuid PRIMARY KEY,
  name       text NOT NULL CHECK (name <> ''),
  created_at timestamptz NOT NULL
);
ALTER TABLE brands ENABLE ROW LEVEL SECURITY;
ALTER TABLE brands FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON brands USING (knowhow_sees(id));

CREATE TABLE programs (
  id               uuid PRIMARY KEY,
  brand_id         uuid NOT NULL REFERENCES brands (id),
  name             text NOT NULL CHECK (name <> ''),
  state            text NOT NULL CHECK (state IN ('draft', 'live', 'paused', 'closed')),
  currency         text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  languages        jsonb NOT NULL,
  policies         jsonb NOT NULL,
  rollout_share_bp integer NOT NULL CHECK (rollout_share_bp BETWEEN 0 AND 10000),
  created_at       timestamptz NOT NULL,
  UNIQUE (id, brand_id)
);
CREATE INDEX programs_brand ON programs (brand_id, created_at);
ALTER TABLE programs ENABLE ROW LEVEL SECURITY;
ALTER TABLE programs FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON programs USING (knowhow_sees(brand_id));

-- The second foreign key keeps a topic's parent in the same program.
CREATE TABLE topics (
  id         uuid PRIMARY KEY,
  brand_id   uuid NOT NULL,
  program_id uuid NOT NULL,
  parent_id  uuid CHECK (parent_id <> id),
  slug       text NOT NULL CHECK (slug <> ''),
  name       text NOT NULL CHECK (name <> ''),
  mode       text NOT NULL CHECK (mode IN ('crowd', 'certified', 'brand-only')),
  UNIQUE (program_id, slug),
  UNIQUE (id, program_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  FOREIGN KEY (parent_id, program_id) REFERENCES topics (id, program_id)
);
ALTER TABLE topics ENABLE ROW LEVEL SECURITY;
ALTER TABLE topics FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON topics USING (knowhow_sees(brand_id));

-- Every movement of a program's money that somebody asked for, once: id is made of the brand, the verb and the caller's key.
CREATE TABLE money_moves (
  id           uuid PRIMARY KEY,
  brand_id     uuid NOT NULL,
  program_id   uuid NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('program.funded', 'program.budget_allocated', 'program.budget_returned')),
  currency     text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  moved_at     timestamptz NOT NULL,
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX money_moves_program ON money_moves (program_id, moved_at);
ALTER TABLE money_moves ENABLE ROW LEVEL SECURITY;
ALTER TABLE money_moves FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON money_moves USING (knowhow_sees(brand_id));

-- +goose Down
DROP TABLE money_moves;
DROP TABLE topics;
DROP TABLE programs;
DROP TABLE brands;
