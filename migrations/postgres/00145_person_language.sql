-- +goose Up
-- In which language a person is written to; empty: not known. Of experts those
-- they answer in tell it, until they say.
ALTER TABLE persons ADD COLUMN language text NOT NULL DEFAULT '' CHECK (length(language) <= 35);
UPDATE persons SET language = CASE
  WHEN languages::text LIKE '%"en"%' OR languages::text LIKE '%"en-%' THEN 'en'
  WHEN languages::text LIKE '%"de"%' OR languages::text LIKE '%"de-%' THEN 'de'
  WHEN languages::text LIKE '%"ar"%' OR languages::text LIKE '%"ar-%' THEN 'ar'
  ELSE '' END FROM experts WHERE experts.person_id = persons.id;

-- +goose Down
ALTER TABLE persons DROP COLUMN language;
