-- +goose Up
-- In which language a person is written to; empty: not known. Of experts those
-- they answer in tell it, until they say.
ALTER TABLE persons ADD COLUMN language TEXT NOT NULL DEFAULT '' CHECK (length(language) <= 35);
UPDATE persons SET language = COALESCE((SELECT CASE
  WHEN languages LIKE '%"en"%' OR languages LIKE '%"en-%' THEN 'en'
  WHEN languages LIKE '%"de"%' OR languages LIKE '%"de-%' THEN 'de'
  WHEN languages LIKE '%"ar"%' OR languages LIKE '%"ar-%' THEN 'ar'
  ELSE '' END FROM experts WHERE experts.person_id = persons.id), '');

-- +goose Down
ALTER TABLE persons DROP COLUMN language;
