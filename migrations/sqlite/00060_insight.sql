-- +goose Up
-- What figures count by the moment of an end, of an earning.
CREATE INDEX questions_ended ON questions (program_id, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX rewards_program ON rewards (program_id, earned_at);
-- The brand's own answers are few; whether a question has one is asked of each.
CREATE INDEX messages_brand ON messages (question_id) WHERE author = 'brand';

-- The operators' lists.
CREATE INDEX payouts_made ON payouts (created_at, id);
CREATE INDEX payout_runs_made ON payout_runs (created_at, id);
-- Who did what, but for what happens all the time: as events_history does.
CREATE INDEX events_by ON events (json_extract(data, '$.by'), seq)
  WHERE kind NOT LIKE 'question.%' AND kind NOT LIKE 'assignment.%' AND kind NOT LIKE 'review.%' AND kind NOT LIKE 'customer.%';

-- How a program's public pages look and greet.
ALTER TABLE programs ADD COLUMN branding TEXT NOT NULL DEFAULT '{}';

-- +goose Down
ALTER TABLE programs DROP COLUMN branding;
DROP INDEX events_by;
DROP INDEX payout_runs_made;
DROP INDEX payouts_made;
DROP INDEX messages_brand;
DROP INDEX rewards_program;
DROP INDEX questions_ended;
