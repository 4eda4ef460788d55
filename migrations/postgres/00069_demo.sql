-- +goose Up
-- What the demo keeps of itself over a restart: how far its clock is ahead, and
-- the last time its plug was pulled. Anywhere else there is no row.
CREATE TABLE demo (
  id    integer PRIMARY KEY CHECK (id = 1),
  state text NOT NULL
);

-- +goose Down
DROP TABLE demo;
