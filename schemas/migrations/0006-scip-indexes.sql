-- SCIP indexes that were imported: what compilers say of a commit. Their files lie among the segments, but belong to no pool.
-- Digests of kind 7: a repository's SCIP indexes.

CREATE TABLE scip_indexes (
    repo        INTEGER NOT NULL REFERENCES repos (id) DEFERRABLE INITIALLY DEFERRED,
    commit_id   BLOB NOT NULL,
    below       TEXT NOT NULL,         -- the directory its paths are relative to; '': the root
    tool        TEXT NOT NULL,         -- that made it
    version     TEXT NOT NULL,         -- of the tool
    name        TEXT NOT NULL,         -- SHA-256 of the file's content, hexadecimal
    documents   INTEGER NOT NULL,
    occurrences INTEGER NOT NULL,
    definitions INTEGER NOT NULL,
    file_bytes  INTEGER NOT NULL,
    imported_us INTEGER NOT NULL,
    PRIMARY KEY (repo, commit_id, below, tool)
) STRICT, WITHOUT ROWID;
CREATE INDEX scip_indexes_name ON scip_indexes (name);

INSERT INTO digests (kind, id, sum) SELECT 7, id, 0 FROM repos;

CREATE VIEW scip_index_rows AS SELECT *, gaz_row('scip', repo, commit_id, below, tool, version, name, documents,
    occurrences, definitions, file_bytes, imported_us) AS digest FROM scip_indexes;

CREATE TRIGGER repos_insert_scip AFTER INSERT ON repos BEGIN
    INSERT INTO digests (kind, id, sum) VALUES (7, new.id, 0);
END;
CREATE TRIGGER repos_delete_scip BEFORE DELETE ON repos BEGIN
    DELETE FROM scip_indexes WHERE repo = old.id;
    DELETE FROM digests WHERE kind = 7 AND id = old.id;
END;

CREATE TRIGGER scip_indexes_insert AFTER INSERT ON scip_indexes BEGIN
    UPDATE digests SET sum = gaz_add(sum, gaz_row('scip', new.repo, new.commit_id, new.below, new.tool, new.version,
        new.name, new.documents, new.occurrences, new.definitions, new.file_bytes, new.imported_us))
        WHERE kind = 7 AND id = new.repo;
    DELETE FROM retired WHERE kind = 0 AND name = new.name;
END;
-- A file that loses its last row is retired now.
CREATE TRIGGER scip_indexes_delete AFTER DELETE ON scip_indexes BEGIN
    UPDATE digests SET sum = gaz_sub(sum, gaz_row('scip', old.repo, old.commit_id, old.below, old.tool, old.version,
        old.name, old.documents, old.occurrences, old.definitions, old.file_bytes, old.imported_us))
        WHERE kind = 7 AND id = old.repo;
    INSERT INTO retired (kind, name, retired_us)
        SELECT 0, old.name, CAST((julianday('now') - 2440587.5) * 86400000000.0 AS INTEGER)
        WHERE NOT EXISTS (SELECT 1 FROM scip_indexes WHERE name = old.name)
        ON CONFLICT DO UPDATE SET retired_us = excluded.retired_us;
END;
