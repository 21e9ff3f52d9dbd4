-- The catalogue. Every row that decides an answer is covered by a stored digest: the 64-bit sum (modulo 2^64) of
-- gaz_row(...) over the rows of its group, kept by the triggers below in the same transaction. A sum can be kept
-- up to date in the time the change takes, and a damaged row that is changed or deleted later leaves the sum
-- wrong, so damage is never blessed. gaz_row() and gaz_add() and gaz_sub() are defined by the program.

CREATE TABLE generation (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    number   INTEGER NOT NULL,
    checksum INTEGER NOT NULL          -- gaz_row(number)
) STRICT;
INSERT INTO generation (id, number, checksum) VALUES (1, 0, gaz_row(0));

-- kind 0: the home (which repositories and pools there are, quarantine); 1: a repository's own row;
-- 2: a repository's refs and manifests; 3: a pool and its segments
CREATE TABLE digests (
    kind INTEGER NOT NULL,
    id   INTEGER NOT NULL,
    sum  INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
INSERT INTO digests (kind, id, sum) VALUES (0, 0, 0);

CREATE TABLE pools (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    shared INTEGER NOT NULL CHECK (shared IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX pools_shared ON pools (shared) WHERE shared = 1;

CREATE TABLE segments (
    pool       INTEGER NOT NULL REFERENCES pools (id),
    seq        INTEGER NOT NULL,       -- oldest first
    name       TEXT NOT NULL,          -- SHA-256 of the content, hexadecimal
    docs       INTEGER NOT NULL,
    text_bytes INTEGER NOT NULL,
    file_bytes INTEGER NOT NULL,
    PRIMARY KEY (pool, seq),
    UNIQUE (name, pool)
) STRICT, WITHOUT ROWID;

CREATE TABLE repos (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    uid        TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL UNIQUE,
    source     TEXT NOT NULL,
    git_dir    TEXT NOT NULL,          -- '' for a clone: repos/<uid>.git, wherever the home is
    cloned     INTEGER NOT NULL CHECK (cloned IN (0, 1)),
    patterns   TEXT NOT NULL,          -- one per line
    pool       INTEGER REFERENCES pools (id),
    generation INTEGER NOT NULL,       -- the one that last changed it
    added_us   INTEGER NOT NULL,
    indexed_us INTEGER NOT NULL,
    last_error TEXT
) STRICT;
CREATE INDEX repos_pool ON repos (pool);

CREATE TABLE manifests (
    repo       INTEGER NOT NULL REFERENCES repos (id) DEFERRABLE INITIALLY DEFERRED,
    name       TEXT NOT NULL,
    base       TEXT,                   -- NULL: a full one
    depth      INTEGER NOT NULL,
    file_bytes INTEGER NOT NULL,
    PRIMARY KEY (repo, name),
    FOREIGN KEY (repo, base) REFERENCES manifests (repo, name) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
CREATE INDEX manifests_base ON manifests (repo, base);
CREATE INDEX manifests_name ON manifests (name);

CREATE TABLE refs (
    repo      INTEGER NOT NULL REFERENCES repos (id) DEFERRABLE INITIALLY DEFERRED,
    kind      INTEGER NOT NULL CHECK (kind IN (1, 2)),
    name      TEXT NOT NULL,
    commit_id BLOB NOT NULL,
    manifest  TEXT NOT NULL,
    files     INTEGER NOT NULL,
    head      INTEGER NOT NULL CHECK (head IN (0, 1)),
    PRIMARY KEY (repo, kind, name),
    FOREIGN KEY (repo, manifest) REFERENCES manifests (repo, name) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
CREATE INDEX refs_manifest ON refs (repo, manifest);

-- When an on-demand revision was last asked for. Only its order of eviction hangs on it: no digest.
CREATE TABLE revision_uses (
    repo    INTEGER NOT NULL REFERENCES repos (id) ON DELETE CASCADE,
    name    TEXT NOT NULL,
    used_us INTEGER NOT NULL,
    PRIMARY KEY (repo, name)
) STRICT, WITHOUT ROWID;

-- Files that no generation refers to any more; the sweeper removes them after a time of grace.
CREATE TABLE retired (
    kind       INTEGER NOT NULL CHECK (kind IN (0, 1)),  -- gaz_file_kind
    name       TEXT NOT NULL,
    retired_us INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
    blob     BLOB PRIMARY KEY NOT NULL,
    reason   TEXT NOT NULL,
    added_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL,
    argument    TEXT,
    state       INTEGER NOT NULL,      -- gaz_job_state
    owner       TEXT,
    error       TEXT,
    attempts    INTEGER NOT NULL,
    created_us  INTEGER NOT NULL,
    started_us  INTEGER NOT NULL,
    finished_us INTEGER NOT NULL,
    generation  INTEGER NOT NULL,
    checksum    INTEGER NOT NULL       -- gaz_row() of all the others
) STRICT;
CREATE INDEX jobs_state ON jobs (state, id);
CREATE INDEX jobs_running ON jobs (subject) WHERE state = 2;

-- ---- rows with their digests ----

CREATE VIEW repo_rows AS SELECT *, gaz_row('repo', id, uid, name, source, git_dir, cloned, patterns, pool,
    generation, added_us, indexed_us, last_error) AS digest FROM repos;
CREATE VIEW pool_rows AS SELECT *, gaz_row('pool', id, shared) AS digest FROM pools;
CREATE VIEW segment_rows AS SELECT *, gaz_row('segment', pool, seq, name, docs, text_bytes, file_bytes) AS digest
    FROM segments;
CREATE VIEW manifest_rows AS SELECT *, gaz_row('manifest', repo, name, base, depth, file_bytes) AS digest
    FROM manifests;
CREATE VIEW ref_rows AS SELECT *, gaz_row('ref', repo, kind, name, commit_id, manifest, files, head) AS digest
    FROM refs;
CREATE VIEW quarantine_rows AS SELECT *, gaz_row('quarantine', blob, reason, added_us) AS digest FROM quarantine;
CREATE VIEW job_rows AS SELECT *, checksum = gaz_row(id, kind, subject, argument, state, owner, error, attempts,
    created_us, started_us, finished_us, generation) AS sound FROM jobs;

CREATE TRIGGER repos_insert AFTER INSERT ON repos BEGIN
    INSERT INTO digests (kind, id, sum) VALUES (1, new.id, gaz_row('repo', new.id, new.uid, new.name, new.source,
        new.git_dir, new.cloned, new.patterns, new.pool, new.generation, new.added_us, new.indexed_us,
        new.last_error)), (2, new.id, 0);
    UPDATE digests SET sum = gaz_add(sum, gaz_row('has repo', new.id)) WHERE kind = 0;
END;
CREATE TRIGGER repos_update AFTER UPDATE ON repos BEGIN
    UPDATE digests SET sum = gaz_add(gaz_sub(sum, gaz_row('repo', old.id, old.uid, old.name, old.source,
        old.git_dir, old.cloned, old.patterns, old.pool, old.generation, old.added_us, old.indexed_us,
        old.last_error)), gaz_row('repo', new.id, new.uid, new.name, new.source, new.git_dir, new.cloned,
        new.patterns, new.pool, new.generation, new.added_us, new.indexed_us, new.last_error))
        WHERE kind = 1 AND id = old.id;
END;
CREATE TRIGGER repos_delete AFTER DELETE ON repos BEGIN
    DELETE FROM digests WHERE kind IN (1, 2) AND id = old.id;
    UPDATE digests SET sum = gaz_sub(sum, gaz_row('has repo', old.id)) WHERE kind = 0;
END;

CREATE TRIGGER pools_insert AFTER INSERT ON pools BEGIN
    INSERT INTO digests (kind, id, sum) VALUES (3, new.id, gaz_row('pool', new.id, new.shared));
    UPDATE digests SET sum = gaz_add(sum, gaz_row('has pool', new.id)) WHERE kind = 0;
END;
CREATE TRIGGER pools_delete AFTER DELETE ON pools BEGIN
    DELETE FROM digests WHERE kind = 3 AND id = old.id;
    UPDATE digests SET sum = gaz_sub(sum, gaz_row('has pool', old.id)) WHERE kind = 0;
END;

CREATE TRIGGER segments_insert AFTER INSERT ON segments BEGIN
    UPDATE digests SET sum = gaz_add(sum, gaz_row('segment', new.pool, new.seq, new.name, new.docs,
        new.text_bytes, new.file_bytes)) WHERE kind = 3 AND id = new.pool;
END;
CREATE TRIGGER segments_delete AFTER DELETE ON segments BEGIN
    UPDATE digests SET sum = gaz_sub(sum, gaz_row('segment', old.pool, old.seq, old.name, old.docs,
        old.text_bytes, old.file_bytes)) WHERE kind = 3 AND id = old.pool;
END;

CREATE TRIGGER manifests_insert AFTER INSERT ON manifests BEGIN
    UPDATE digests SET sum = gaz_add(sum, gaz_row('manifest', new.repo, new.name, new.base, new.depth,
        new.file_bytes)) WHERE kind = 2 AND id = new.repo;
END;
CREATE TRIGGER manifests_delete AFTER DELETE ON manifests BEGIN
    UPDATE digests SET sum = gaz_sub(sum, gaz_row('manifest', old.repo, old.name, old.base, old.depth,
        old.file_bytes)) WHERE kind = 2 AND id = old.repo;
END;

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

CREATE TRIGGER quarantine_insert AFTER INSERT ON quarantine BEGIN
    UPDATE digests SET sum = gaz_add(sum, gaz_row('quarantine', new.blob, new.reason, new.added_us)) WHERE kind = 0;
END;
CREATE TRIGGER quarantine_delete AFTER DELETE ON quarantine BEGIN
    UPDATE digests SET sum = gaz_sub(sum, gaz_row('quarantine', old.blob, old.reason, old.added_us)) WHERE kind = 0;
END;
