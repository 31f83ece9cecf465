#!/bin/bash
# Proves the newest backup: restores it into a database of its own, holds it to what a sound one has, and drops it.
set -euo pipefail
here=$(dirname "$0")
PGPASSWORD=$(cat /run/processes/postgres/PGPASSWORD)
export PGPASSWORD
trap 'dropdb --if-exists restore_drill' EXIT

"$here/restore.sh" restore_drill
psql --no-psqlrc --quiet --dbname=restore_drill --file "$here/restore-drill.sql"
