-- +goose Up
-- How a program's budget is kept. month_minor is what it may spend in one calendar month (UTC), 0: whatever it is given;
-- month is the one ("2026-11") for which it was brought to that. base_minor is what there was to be spent when money was
-- last given, and told how much of it, in percent, has gone as far as anybody was told.
CREATE TABLE program_budgets (
	program_id  uuid PRIMARY KEY,
	brand_id    uuid NOT NULL,
	month_minor bigint NOT NULL DEFAULT 0 CHECK (month_minor >= 0),
	month       text NOT NULL DEFAULT '' CHECK (month = '' OR month ~ '^[0-9]{4}-[0-9]{2}$'),
	alerts      boolean NOT NULL DEFAULT true,
	base_minor  bigint NOT NULL CHECK (base_minor >= 0),
	told        integer NOT NULL DEFAULT 0 CHECK (told IN (0, 80, 95, 100)),
	filled_at   timestamptz NOT NULL,
	FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX program_budgets_brand ON program_budgets (brand_id);
ALTER TABLE program_budgets ENABLE ROW LEVEL SECURITY;
ALTER TABLE program_budgets FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON program_budgets USING (knowhow_sees(brand_id));

INSERT INTO timetable (id, brand_id, name, next_due_at) VALUES
	('00000000-0000-7000-8000-000000000101', '00000000-0000-0000-0000-000000000001', 'watch budgets', '1970-01-01 00:00:00+00');

-- +goose Down
DELETE FROM timetable WHERE name = 'watch budgets';
DROP TABLE program_budgets;
