-- +goose Up
-- What a person chose to be written; without a row, what a sender's defaults say.
CREATE TABLE mail_choices (
  person_id  TEXT NOT NULL REFERENCES persons (id),
  kind       TEXT NOT NULL CHECK (kind IN ('offers', 'questions', 'reviews_and_refusals', 'appeals', 'payouts')),
  wanted     BOOLEAN NOT NULL,
  changed_at DATETIME NOT NULL,
  mailed_at  DATETIME,
  PRIMARY KEY (person_id, kind)
);
CREATE INDEX mail_choices_wanted ON mail_choices (kind, person_id) WHERE wanted;

-- Customers who want no mail about their questions.
CREATE TABLE mail_refusals (
  brand_id    TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  refused_at  DATETIME NOT NULL,
  PRIMARY KEY (brand_id, customer_id),
  FOREIGN KEY (brand_id, customer_id) REFERENCES customers (brand_id, id)
);

ALTER TABLE mails ADD COLUMN kind TEXT NOT NULL DEFAULT '';

-- When experts who asked for it are next told of offers and of their questions;
-- never while nobody wants it. The one row carries the brand id that stands for
-- all.
CREATE TABLE mail_watch (
  id          TEXT PRIMARY KEY NOT NULL,
  brand_id    TEXT NOT NULL,
  next_due_at DATETIME
);
CREATE INDEX mail_watch_due ON mail_watch (next_due_at, id) WHERE next_due_at IS NOT NULL;
INSERT INTO mail_watch (id, brand_id) VALUES ('00000000-0000-7000-8000-000000000003', '00000000-0000-0000-0000-000000000001');

-- How far the facts of payouts were told to those they concern.
CREATE TABLE told_facts (
  name  TEXT PRIMARY KEY NOT NULL,
  place TEXT NOT NULL
);

-- Links in mails live longer, and do not count among those a customer made.
ALTER TABLE resume_links ADD COLUMN mailed BOOLEAN NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE resume_links DROP COLUMN mailed;
DROP TABLE told_facts;
DROP TABLE mail_watch;
ALTER TABLE mails DROP COLUMN kind;
DROP TABLE mail_refusals;
DROP TABLE mail_choices;
