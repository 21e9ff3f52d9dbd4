-- Symbol segments of pools, and how far the symbols of each ref are. Digests of kind 5: a pool's symbol segments; of kind 6:
-- the states of a repository's refs.

CREATE TABLE symbol_segments (
    pool        INTEGER NOT NULL REFERENCES pools (id),
    seq         INTEGER NOT NULL,      -- oldest first
    name        TEXT NOT NULL,         -- SHA-256 of the content, hexadecimal; they lie among the segments
    docs        INTEGER NOT NULL,
    definitions INTEGER NOT NULL,
    uses        INTEGER NOT NULL,      -- references
    file_bytes  INTEGER NOT NULL,
    PRIMARY KEY (pool, seq),
    UNIQUE (name, pool)
) STRICT, WITHOUT ROWID;

CREATE TABLE symbol_states (
    repo      INTEGER NOT NULL REFERENCES repos (id) DEFERRABLE INITIALLY DEFERRED,
    kind      INTEGER NOT NULL,
    name      TEXT NOT NULL,           -- of the ref
    manifest  TEXT NOT NULL,           -- the one that was looked at
    version   INTEGER NOT NULL,        -- of all extractors together
    documents INTEGER NOT NULL,        -- that have symbols, or will
    done      INTEGER NOT NULL,
    failed    INTEGER NOT NULL,        -- of those done: not read whole
    PRIMARY KEY (repo, kind, name)
) STRICT, WITHOUT ROWID;

INSERT INTO digests (kind, id, sum) SELECT 5, id, 0 FROM pools;
INSERT INTO digests (kind, id, sum) SELECT 6, id, 0 FROM repos;

CREATE VIEW symbol_segment_rows AS SELECT *, gaz_row('symbols', pool, seq, name, docs, definitions, uses, file_bytes)
    AS digest FROM symbol_segments;
CREATE VIEW symbol_state_rows AS SELECT *, gaz_row('symbol state', repo, kind, name, manifest, version, documents, done,
    failed) AS digest FROM symbol_states;

CREATE TRIGGER pools_insert_symbols AFTER INSERT ON pools BEGIN
    INSERT INTO digests (kind, id, sum) VALUES (5, new.id, 0);
END;
-- A pool that goes takes its segments along: they are retired now.
CREATE TRIGGER pools_delete_symbols BEFORE DELETE ON pools BEGIN
    INSERT INTO retired (kind, name, retired_us)
        SELECT 0, name, CAST((julianday('now') - 2440587.5) * 86400000000.0 AS INTEGER)
        FROM symbol_segments AS s WHERE pool = old.id
        AND NOT EXISTS (SELECT 1 FROM symbol_segments WHERE name = s.name AND pool <> old.id)
        ON CONFLICT DO UPDATE SET retired_us = excluded.retired_us;
    DELETE FROM symbol_segments WHERE pool = old.id;
    DELETE FROM digests WHERE kind = 5 AND id = old.id;
END;
CREATE TRIGGER repos_insert_symbols AFTER INSERT ON repos BEGIN
    INSERT INTO digests (kind, id, sum) VALUES (6, new.id, 0);
END;
CREATE TRIGGER repos_delete_symbols BEFORE DELETE ON repos BEGIN
    DELETE FROM symbol_states WHERE repo = old.id;
    DELETE FROM digests WHERE kind = 6 AND id = old.id;
END;
CREATE TRIGGER refs_delete_symbols AFTER DELETE ON refs BEGIN
    DELETE FROM symbol_states WHERE repo = old.repo AND kind = old.kind AND name = old.name;
END;

CREATE TRIGGER symbol_segments_insert AFTER INSERT ON symbol_segments BEGIN
    UPDATE digests SET sum = gaz_add(sum, gaz_row('symbols', new.pool, new.seq, new.name, new.docs, new.definitions,
        new.uses, new.file_bytes)) WHERE kind = 5 AND id = new.pool;
END;
CREATE TRIGGER symbol_segments_delete AFTER DELETE ON symbol_segments BEGIN
    UPDATE digests SET sum = gaz_sub(sum, gaz_row('symbols', old.pool, old.seq, old.name, old.docs, old.definitions,
        old.uses, old.file_bytes)) WHERE kind = 5 AND id = old.pool;
END;

CREATE TRIGGER symbol_states_insert AFTER INSERT ON symbol_states BEGIN
    UPDATE digests SET sum = gaz_add(sum, gaz_row('symbol state', new.repo, new.kind, new.name, new.manifest,
        new.version, new.documents, new.done, new.failed)) WHERE kind = 6 AND id = new.repo;
END;
CREATE TRIGGER symbol_states_update AFTER UPDATE ON symbol_states BEGIN
    UPDATE digests SET sum = gaz_add(gaz_sub(sum, gaz_row('symbol state', old.repo, old.kind, old.name, old.manifest,
        old.version, old.documents, old.done, old.failed)), gaz_row('symbol state', new.repo, new.kind, new.name,
        new.manifest, new.version, new.documents, new.done, new.failed)) WHERE kind = 6 AND id = new.repo;
END;
CREATE TRIGGER symbol_states_delete AFTER DELETE ON symbol_states BEGIN
    UPDATE digests SET sum = gaz_sub(sum, gaz_row('symbol state', old.repo, old.kind, old.name, old.manifest,
        old.version, old.documents, old.done, old.failed)) WHERE kind = 6 AND id = old.repo;
END;
