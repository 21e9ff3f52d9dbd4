-- repos.note: what the last index run of a repository's branches has to say although it succeeded, such as why nothing is
-- indexed. The digests of repositories' rows are moved from the old hash to the new one, so that a row that was damaged
-- before stays so.

UPDATE digests SET sum = gaz_sub(sum, (SELECT digest FROM repo_rows WHERE repo_rows.id = digests.id))
    WHERE kind = 1 AND id IN (SELECT id FROM repos);

DROP TRIGGER repos_insert;
DROP TRIGGER repos_update;
DROP VIEW repo_rows;

ALTER TABLE repos ADD COLUMN note TEXT;

CREATE VIEW repo_rows AS SELECT *, gaz_row('repo', id, uid, name, source, git_dir, cloned, patterns, pool,
    generation, added_us, indexed_us, last_error, note) AS digest FROM repos;

CREATE TRIGGER repos_insert AFTER INSERT ON repos BEGIN
    INSERT INTO digests (kind, id, sum) VALUES (1, new.id, gaz_row('repo', new.id, new.uid, new.name, new.source,
        new.git_dir, new.cloned, new.patterns, new.pool, new.generation, new.added_us, new.indexed_us,
        new.last_error, new.note)), (2, new.id, 0);
    UPDATE digests SET sum = gaz_add(sum, gaz_row('has repo', new.id)) WHERE kind = 0;
END;
CREATE TRIGGER repos_update AFTER UPDATE ON repos BEGIN
    UPDATE digests SET sum = gaz_add(gaz_sub(sum, gaz_row('repo', old.id, old.uid, old.name, old.source,
        old.git_dir, old.cloned, old.patterns, old.pool, old.generation, old.added_us, old.indexed_us,
        old.last_error, old.note)), gaz_row('repo', new.id, new.uid, new.name, new.source, new.git_dir, new.cloned,
        new.patterns, new.pool, new.generation, new.added_us, new.indexed_us, new.last_error, new.note))
        WHERE kind = 1 AND id = old.id;
END;

UPDATE digests SET sum = gaz_add(sum, (SELECT digest FROM repo_rows WHERE repo_rows.id = digests.id))
    WHERE kind = 1 AND id IN (SELECT id FROM repos);
