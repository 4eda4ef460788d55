-- +goose Up
-- A number that grows with every change of a program, its topics or its brand's
-- name: a process that knows a program by its number need not read it again.
ALTER TABLE programs ADD COLUMN version bigint NOT NULL DEFAULT 1;

-- +goose StatementBegin
CREATE FUNCTION knowhow_program_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := OLD.version + 1;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER program_counts BEFORE UPDATE ON programs
  FOR EACH ROW EXECUTE FUNCTION knowhow_program_counts();

-- +goose StatementBegin
CREATE FUNCTION knowhow_topic_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE programs SET version = version WHERE id = OLD.program_id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    UPDATE programs SET version = version WHERE id = NEW.program_id;
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER topic_changed AFTER INSERT OR UPDATE OR DELETE ON topics
  FOR EACH ROW EXECUTE FUNCTION knowhow_topic_changed();

-- +goose StatementBegin
CREATE FUNCTION knowhow_brand_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE programs SET version = version WHERE brand_id = NEW.id;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER brand_changed AFTER UPDATE ON brands
  FOR EACH ROW EXECUTE FUNCTION knowhow_brand_changed();

-- +goose Down
DROP TRIGGER brand_changed ON brands;
DROP TRIGGER topic_changed ON topics;
DROP TRIGGER program_counts ON programs;
DROP FUNCTION knowhow_brand_changed;
DROP FUNCTION knowhow_topic_changed;
DROP FUNCTION knowhow_program_counts;
ALTER TABLE programs DROP COLUMN version;
