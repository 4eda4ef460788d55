-- +goose Up
-- What the demo keeps of itself over a restart: how far its clock is ahead, and
-- the last time its plug was pulled. Anywhere else there is no row.
CREATE TABLE demo (
  id    INTEGER PRIMARY KEY CHECK (id = 1),
  state TEXT NOT NULL
);

-- +goose Down
DROP TABLE demo;
