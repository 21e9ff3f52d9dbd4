-- refs.kind 3: the work tree of a repository, as it lies there, over the commit HEAD names. A CHECK cannot be changed in place:
-- the table is made anew. Its rows keep their hashes, and the digests stay as they are, so that a damaged row stays one.

DROP TRIGGER refs_insert;
DROP TRIGGER refs_update;
DROP TRIGGER refs_delete;
DROP VIEW ref_rows;
DROP INDEX refs_manifest;

CREATE TABLE refs_new (
    repo      INTEGER NOT NULL REFERENCES repos (id) DEFERRABLE INITIALLY DEFERRED,
    kind      INTEGER NOT NULL CHECK (kind IN (1, 2, 3)),
    name      TEXT NOT NULL,
    commit_id BLOB NOT NULL,
    manifest  TEXT NOT NULL,
    files     INTEGER NOT NULL,
    head      INTEGER NOT NULL CHECK (head IN (0, 1)),
    PRIMARY KEY (repo, kind, name),
    FOREIGN KEY (repo, manifest) REFERENCES manifests (repo, name) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
INSERT INTO refs_new SELECT repo, kind, name, commit_id, manifest, files, head FROM refs;
DROP TABLE refs;
ALTER TABLE refs_new RENAME TO refs;
CREATE INDEX refs_manifest ON refs (repo, manifest);

CREATE VIEW ref_rows AS SELECT *, gaz_row('ref', repo, kind, name, commit_id, manifest, files, head) AS digest
    FROM refs;

CREATE TRIGGER refs_insert AFTER INSERT ON refs BEGIN
    UPDATE digests SET sum = gaz_add(sum, gaz_row('ref', new.repo, new.kind, new.name, new.commit_id,
        new.manifest, new.files, new.head)) WHERE kind = 2 AND id = new.repo;
END;
CREATE TRIGGER refs_update AFTER UPDATE ON refs BEGIN
    UPDATE digests SET sum = gaz_add(gaz_sub(sum, gaz_row('ref', old.repo, old.kind, old.name, old.commit_id,
        old.manifest, old.files, old.head)), gaz_row('ref', new.repo, new.kind, new.name, new.commit_id,
        new.manifest, new.files, new.head)) WHERE kind = 2 AND id = old.repo;
END;
CREATE TRIGGER refs_delete AFTER DELETE ON refs BEGIN
    UPDATE digests SET sum = gaz_sub(sum, gaz_row('ref', old.repo, old.kind, old.name, old.commit_id,
        old.manifest, old.files, old.head)) WHERE kind = 2 AND id = old.repo;
END;
