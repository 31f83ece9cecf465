#!/bin/bash
# Makes the schema and the two roles of every service, and MLflow's database; run again, it changes their passwords.
# Signs in as PGUSER, an administrator. /run/processes has what the processes themselves are given, so that a password
# stands in one place: intake-web/DATABASE_URL and its like.
set -euo pipefail
here=$(dirname "$0")
PGPASSWORD=$(cat /run/processes/postgres/PGPASSWORD)
export PGPASSWORD

# Out of an address: role, colon, password, at, host.
password() {
    address=$(cat "/run/processes/$1/DATABASE_URL")
    address=${address#*://*:}
    printf %s "${address%%@*}"
}

for service in accounts intake scoring casework oversight; do
    PASSWORD=$(password "$service-web") OWNER_PASSWORD=$(password "$service-migrate") \
        psql --no-psqlrc --quiet --set service="$service" --file "$here/provision.sql"
done

PASSWORD=$(password mlflow) psql --no-psqlrc --quiet --file "$here/mlflow.sql"
PASSWORD=$(cat /run/processes/backup/PGPASSWORD) psql --no-psqlrc --quiet --file "$here/backup.sql"
