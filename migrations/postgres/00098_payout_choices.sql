-- +goose Up
-- How an expert wants to be paid in a currency, where they want it otherwise than
-- every week from the least that is paid.
CREATE TABLE payout_choices (
  expert_id       uuid NOT NULL,
  currency        text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  schedule        text NOT NULL CHECK (schedule IN ('weekly', 'on_demand')),
  threshold_minor bigint NOT NULL CHECK (threshold_minor > 0),
  changed_at      timestamptz NOT NULL,
  PRIMARY KEY (expert_id, currency)
);

-- +goose Down
DROP TABLE payout_choices;
