-- +goose Up
-- How an expert wants to be paid in a currency, where they want it otherwise than
-- every week from the least that is paid.
CREATE TABLE payout_choices (
  expert_id       TEXT NOT NULL,
  currency        TEXT NOT NULL CHECK (length(currency) = 3),
  schedule        TEXT NOT NULL CHECK (schedule IN ('weekly', 'on_demand')),
  threshold_minor INTEGER NOT NULL CHECK (threshold_minor > 0),
  changed_at      DATETIME NOT NULL,
  PRIMARY KEY (expert_id, currency)
);

-- +goose Down
DROP TABLE payout_choices;
