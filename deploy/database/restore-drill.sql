-- Holds a restored database to what a sound one has: each service's schema, and an audit chain without a gap up to its
-- head. (That no row was changed is for `audit verify`, which counts the hashes again.)

\set ON_ERROR_STOP on

DO $$
DECLARE
    service text;
    revision text;
    sealed bigint;
    last bigint;
    head bigint;
BEGIN
    FOREACH service IN ARRAY ARRAY['accounts', 'intake', 'scoring', 'casework', 'oversight'] LOOP
        EXECUTE format('SELECT version_num FROM %I.alembic_version', service) INTO STRICT revision;
        EXECUTE format('SELECT count(number), coalesce(max(number), 0) FROM %I.audit_rows', service) INTO sealed, last;
        EXECUTE format('SELECT coalesce(max(number), 0) FROM %I.audit_head', service) INTO head;
        IF sealed <> last OR last <> head THEN
            RAISE EXCEPTION '%: % sealed rows, the last is %, the head says %', service, sealed, last, head;
        END IF;
        RAISE NOTICE '%: revision %, % sealed audit rows', service, revision, sealed;
    END LOOP;
END
$$;
