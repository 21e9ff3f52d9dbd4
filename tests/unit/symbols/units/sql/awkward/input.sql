create temporary table if not exists "Odd Name" (`a b` int, "c" text);
CREATE TABLE copy AS SELECT * FROM other;
select * from where;
CREATE TABLE broken (id int,, name text);
CREATE TABLE after_it (x int);
CREATE INDEX ON t (a, lower(b));
WITH RECURSIVE tree(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM tree) SELECT * FROM tree;
CREATE PROCEDURE p() LANGUAGE plpgsql AS $body$
BEGIN
  UPDATE t SET a = 1 WHERE b IS NULL;
END;
$body$;
CREATE TABLE [mssql] ([id] int);
DROP TABLE IF EXISTS gone CASCADE;
