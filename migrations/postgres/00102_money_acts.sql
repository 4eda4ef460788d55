-- +goose Up
-- What operators do with money beside the machinery: corrections of the books, each with its reason. What takes from
-- somebody, or gives away, is done when a second operator has agreed. subject_id is the reward, expert or brand it is
-- about; line a line of the provider's books and belongs where it belonged.
CREATE TABLE money_acts (
	id           uuid PRIMARY KEY,
	kind         text NOT NULL CHECK (kind IN ('claw_back', 'bonus', 'credit_limit', 'credit', 'write_off_brand',
		'write_off_expert', 'clear_suspense', 'withhold', 'remit')),
	subject_id   uuid NOT NULL,
	line         text NOT NULL DEFAULT '',
	belongs      text NOT NULL DEFAULT '',
	currency     text NOT NULL DEFAULT '',
	amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
	reason       text NOT NULL CHECK (reason <> ''),
	state        text NOT NULL CHECK (state IN ('asked', 'done', 'withdrawn')),
	posting      text NOT NULL DEFAULT '',
	asked_by     uuid NOT NULL REFERENCES persons (id),
	asked_at     timestamptz NOT NULL,
	decided_by   uuid REFERENCES persons (id),
	decided_at   timestamptz,
	CHECK ((state = 'asked') = (decided_at IS NULL)),
	CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
	CHECK (state <> 'done' OR decided_by <> asked_by OR kind IN ('withhold', 'remit'))
);
CREATE INDEX money_acts_asked ON money_acts (asked_at, id);
CREATE INDEX money_acts_waiting ON money_acts (asked_at, id) WHERE state = 'asked';
CREATE INDEX money_acts_asked_by ON money_acts (asked_by);
CREATE INDEX money_acts_decided_by ON money_acts (decided_by);

-- +goose Down
DROP TABLE money_acts;
