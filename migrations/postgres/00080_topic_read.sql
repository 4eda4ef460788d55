-- +goose Up
-- How a question came by its topic, or by none: '' nobody knows; the asker named
-- it; it was read from the text, as one of the program's topics or as none of
-- them, with a probability; or the brand put it right.
ALTER TABLE questions ADD COLUMN topic_by text NOT NULL DEFAULT '' CHECK (topic_by IN ('', 'asker', 'read', 'none', 'brand'));
ALTER TABLE questions ADD COLUMN topic_read double precision CHECK (topic_read BETWEEN 0 AND 1);
SELECT set_config('knowhow.brand', '*', true); -- or no row is seen
UPDATE questions SET topic_by = 'asker' WHERE topic_id IS NOT NULL;

-- +goose Down
ALTER TABLE questions DROP COLUMN topic_read;
ALTER TABLE questions DROP COLUMN topic_by;
