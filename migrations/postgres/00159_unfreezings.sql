-- +goose Up
-- Operators may unfreeze a brand that a lost dispute left frozen.
ALTER TABLE money_acts DROP CONSTRAINT money_acts_kind_check, ADD CONSTRAINT money_acts_kind_check CHECK (kind IN
  ('claw_back', 'bonus', 'credit_limit', 'credit', 'write_off_brand', 'write_off_expert', 'reverse', 'unfreeze_brand', 'clear_suspense', 'withhold', 'remit'));

-- +goose Down
DELETE FROM money_acts WHERE kind = 'unfreeze_brand';
ALTER TABLE money_acts DROP CONSTRAINT money_acts_kind_check, ADD CONSTRAINT money_acts_kind_check CHECK (kind IN
  ('claw_back', 'bonus', 'credit_limit', 'credit', 'write_off_brand', 'write_off_expert', 'reverse', 'clear_suspense', 'withhold', 'remit'));
