-- +goose Up
-- +goose StatementBegin
-- Whether the transaction may see a row of brand b: Store.InTx names its brand
-- in knowhow.brand; '*' sees all; unset sees nothing.
CREATE FUNCTION knowhow_sees(b uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT current_setting('knowhow.brand', true) = '*'
      OR b::text = current_setting('knowhow.brand', true)
$$;
-- +goose StatementEnd

CREATE TABLE jobs (
  seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  brand_id    uuid,
  kind        text NOT NULL,
  args        text NOT NULL,
  unique_key  text UNIQUE,
  state       text NOT NULL CHECK (state IN ('ready', 'running', 'buried')),
  run_at      timestamptz NOT NULL,
  attempts    integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  lease_owner text,
  lease_until timestamptz,
  last_error  text NOT NULL DEFAULT '',
  created_at  timestamptz NOT NULL,
  CHECK ((state = 'running') = (lease_until IS NOT NULL))
);
CREATE INDEX jobs_ready ON jobs (run_at, seq) WHERE state = 'ready';
CREATE INDEX jobs_running ON jobs (lease_until) WHERE state = 'running';

CREATE TABLE events (
  seq          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid          xid8 NOT NULL DEFAULT pg_current_xact_id(),
  brand_id     uuid NOT NULL,
  kind         text NOT NULL,
  subject      uuid NOT NULL,
  at           timestamptz NOT NULL,
  data         text NOT NULL
);
CREATE INDEX events_commit_order ON events (xid, seq);
CREATE INDEX events_subject ON events (subject, seq);
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
ALTER TABLE events FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON events USING (knowhow_sees(brand_id));

-- +goose Down
DROP TABLE events;
DROP TABLE jobs;
DROP FUNCTION knowhow_sees(uuid);
