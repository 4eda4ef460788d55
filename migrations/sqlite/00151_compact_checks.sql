-- +goose Up
SELECT 1; -- SQLite reads the checks of a table once

-- +goose Down
SELECT 1;
