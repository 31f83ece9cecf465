#!/bin/bash
# Writes one encrypted dump of every service, as of one moment, to /backups, and forgets those older than KEPT_DAYS.
# Only who holds the private key of /run/backup/recipients can read it: not this job, nor who takes the disk.
# Signs in as PGUSER, which reads everything and writes nothing (backup.sql).
set -euo pipefail
umask 077
PGPASSWORD=$(cat /run/waymark/PGPASSWORD)
export PGPASSWORD
name=waymark-$(date -u +%Y%m%dT%H%M%SZ).dump.age
trap 'rm -f "/backups/.$name"' EXIT

pg_dump --format=custom --no-password | age --encrypt --recipients-file /run/backup/recipients > "/backups/.$name"
mv "/backups/.$name" "/backups/$name"
echo "Wrote $name, $(wc -c < "/backups/$name") bytes."

find /backups -name 'waymark-*.dump.age' -mtime "+${KEPT_DAYS:-30}" -print -delete
