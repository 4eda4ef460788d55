-- +goose Up
-- What the platform does again and again, and when next. The rows are here from
-- the beginning; at first they only find their next time. They carry the brand
-- id that stands for all.
CREATE TABLE timetable (
  id          uuid PRIMARY KEY,
  brand_id    uuid NOT NULL,
  name        text NOT NULL UNIQUE CHECK (name <> ''),
  next_due_at timestamptz NOT NULL
);
CREATE INDEX timetable_due ON timetable (next_due_at, id);
INSERT INTO timetable (id, brand_id, name, next_due_at) VALUES
  ('00000000-0000-7000-8000-000000000001', '00000000-0000-0000-0000-000000000001', 'payday', '1970-01-01 00:00:00+00:00'),
  ('00000000-0000-7000-8000-000000000002', '00000000-0000-0000-0000-000000000001', 'send payouts', '1970-01-01 00:00:00+00:00');

-- +goose Down
DROP TABLE timetable;
