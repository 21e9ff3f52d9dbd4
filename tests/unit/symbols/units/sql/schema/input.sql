-- Who may come in.
CREATE TABLE app.users (
    id BIGINT PRIMARY KEY,
    name VARCHAR(80) NOT NULL, -- as written
    score NUMERIC(10, 2) DEFAULT 0.5,
    created TIMESTAMP DEFAULT now(),
    CONSTRAINT named UNIQUE (name)
);

CREATE UNIQUE INDEX users_by_name ON app.users (name);

/* Those that came lately. */
CREATE OR REPLACE VIEW recent_users AS
SELECT u.id, count(*) AS n
FROM app.users u
LEFT JOIN logins l ON l.user_id = u.id
WHERE u.created > '2024-01-01' AND u.name LIKE 'a%'
GROUP BY u.id;

CREATE MATERIALIZED VIEW totals AS SELECT sum(score) FROM app.users;

CREATE FUNCTION add_one(x integer) RETURNS integer
LANGUAGE sql
AS $$ SELECT x + 1; $$;

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE SCHEMA audit;
CREATE SEQUENCE serial START 101;

CREATE TRIGGER touch BEFORE UPDATE ON app.users
FOR EACH ROW EXECUTE FUNCTION touch_row();

ALTER TABLE app.users ADD COLUMN email TEXT;
INSERT INTO app.users (id, name) VALUES (1, 'root'), (2, NULL);
