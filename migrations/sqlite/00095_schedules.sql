-- +goose Up
-- When an expert wants offers, by the week: swept at every change from wanting to
-- not. An expert's own, for all brands; brand_id is that of all.
CREATE TABLE expert_schedules (
  id          TEXT PRIMARY KEY NOT NULL REFERENCES experts (person_id),
  brand_id    TEXT NOT NULL,
  zone        TEXT NOT NULL CHECK (zone <> ''),
  hours       TEXT NOT NULL,
  next_due_at DATETIME
);
CREATE INDEX expert_schedules_due ON expert_schedules (next_due_at, id) WHERE next_due_at IS NOT NULL;

-- +goose Down
DROP TABLE expert_schedules;
