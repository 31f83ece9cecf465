#!/bin/bash
# Restores a backup into a database that it makes: restore.sh DATABASE [FILE]. Without a file, the newest in /backups.
# Signs in as PGUSER, an administrator. The private key is /run/restore/identity; take it away again afterwards.
set -euo pipefail
PGPASSWORD=$(cat /run/processes/postgres/PGPASSWORD)
export PGPASSWORD
database=$1
file=${2:-$(find /backups -name 'waymark-*.dump.age' | sort | tail -n 1)}
[[ -n $file ]] || { echo 'There is no backup in /backups.' >&2; exit 1; }

# Never over a database that is there: createdb refuses. The roles must be, for the dump names them.
createdb "$database"
age --decrypt --identity /run/restore/identity "$file" | pg_restore --exit-on-error --dbname="$database"
# What hangs on a database's name and not on its content: who may enter, and the schema that each role looks in.
PGDATABASE=$database "$(dirname "$0")/provision.sh"
echo "Restored $(basename "$file") into $database."
