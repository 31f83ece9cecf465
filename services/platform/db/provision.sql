-- Makes the schema of one service, the role that owns it (<service>_owner: migrate) and the role that uses it
-- (<service>: web and worker). Run by a superuser in the database of Waymark, once for each service:
--
--   PASSWORD=... OWNER_PASSWORD=... psql --set service=intake --file provision.sql
--
-- Run again, it changes the two passwords and leaves the rest as it is.

\set ON_ERROR_STOP on
\getenv password PASSWORD
\getenv owner_password OWNER_PASSWORD
SELECT :'service' || '_owner' AS owner \gset

SELECT format('CREATE ROLE %I', wanted) FROM unnest(ARRAY[:'service', :'owner']) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) \gexec

ALTER ROLE :"service" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS PASSWORD :'password';
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS PASSWORD :'owner_password';

CREATE SCHEMA IF NOT EXISTS :"service" AUTHORIZATION :"owner";
GRANT USAGE ON SCHEMA :"service" TO :"service";
ALTER ROLE :"service" IN DATABASE :"DBNAME" SET search_path TO :"service";
ALTER ROLE :"owner" IN DATABASE :"DBNAME" SET search_path TO :"service";

-- The server's log would repeat the row that an error is about.
ALTER ROLE :"service" SET log_error_verbosity TO terse;
ALTER ROLE :"owner" SET log_error_verbosity TO terse;

-- What everybody may do by default: connect, make temporary tables, and before PostgreSQL 15 tables in "public".
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO :"service", :"owner";
