-- The files of a repository's commit index, oldest first, and the text segments that hold their diffs. They lie among
-- segments, but belong to no pool. Digests of kind 4: a repository's commit files.

CREATE TABLE commit_files (
    repo       INTEGER NOT NULL REFERENCES repos (id),
    seq        INTEGER NOT NULL,       -- oldest first
    part       INTEGER NOT NULL,       -- 0: the file of commits; from 1 on: its diffs
    name       TEXT NOT NULL,
    items      INTEGER NOT NULL,       -- commits, documents
    text_bytes INTEGER NOT NULL,
    file_bytes INTEGER NOT NULL,
    PRIMARY KEY (repo, seq, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX commit_files_name ON commit_files (name);

INSERT INTO digests (kind, id, sum) SELECT 4, id, 0 FROM repos;

CREATE VIEW commit_file_rows AS SELECT *, gaz_row('commits', repo, seq, part, name, items, text_bytes, file_bytes)
    AS digest FROM commit_files;

CREATE TRIGGER repos_insert_commits AFTER INSERT ON repos BEGIN
    INSERT INTO digests (kind, id, sum) VALUES (4, new.id, 0);
END;
-- A repository that goes takes its files along: they are retired now, as those of its manifests are.
CREATE TRIGGER repos_delete_commits BEFORE DELETE ON repos BEGIN
    INSERT INTO retired (kind, name, retired_us)
        SELECT DISTINCT 0, name, CAST((julianday('now') - 2440587.5) * 86400000000.0 AS INTEGER)
        FROM commit_files AS f WHERE repo = old.id
        AND NOT EXISTS (SELECT 1 FROM commit_files WHERE name = f.name AND repo <> old.id)
        ON CONFLICT DO UPDATE SET retired_us = excluded.retired_us;
    DELETE FROM commit_files WHERE repo = old.id;
    DELETE FROM digests WHERE kind = 4 AND id = old.id;
END;

CREATE TRIGGER commit_files_insert AFTER INSERT ON commit_files BEGIN
    UPDATE digests SET sum = gaz_add(sum, gaz_row('commits', new.repo, new.seq, new.part, new.name, new.items,
        new.text_bytes, new.file_bytes)) WHERE kind = 4 AND id = new.repo;
END;
CREATE TRIGGER commit_files_delete AFTER DELETE ON commit_files BEGIN
    UPDATE digests SET sum = gaz_sub(sum, gaz_row('commits', old.repo, old.seq, old.part, old.name, old.items,
        old.text_bytes, old.file_bytes)) WHERE kind = 4 AND id = old.repo;
END;
