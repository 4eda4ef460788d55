-- +goose Up
-- Operators may have of a sent payout taken back what its expert owes.
ALTER TABLE money_acts DROP CONSTRAINT money_acts_kind_check, ADD CONSTRAINT money_acts_kind_check CHECK (kind IN
  ('claw_back', 'bonus', 'credit_limit', 'credit', 'write_off_brand', 'write_off_expert', 'reverse', 'clear_suspense', 'withhold', 'remit'));

-- +goose Down
DELETE FROM money_acts WHERE kind = 'reverse';
ALTER TABLE money_acts DROP CONSTRAINT money_acts_kind_check, ADD CONSTRAINT money_acts_kind_check CHECK (kind IN
  ('claw_back', 'bonus', 'credit_limit', 'credit', 'write_off_brand', 'write_off_expert', 'clear_suspense', 'withhold', 'remit'));
