-- The role that reads everything for the nightly backup, and changes nothing. Run again, it changes the password.

\set ON_ERROR_STOP on
\getenv password PASSWORD

SELECT 'CREATE ROLE backup' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'backup') \gexec
ALTER ROLE backup LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS PASSWORD :'password';
ALTER ROLE backup SET default_transaction_read_only TO on;
GRANT pg_read_all_data TO backup;
GRANT CONNECT ON DATABASE :"DBNAME" TO backup;
