#!/bin/sh
# Serves the registry. The database's address has a password: it comes from a file, and stands in no command line.
set -eu
MLFLOW_BACKEND_STORE_URI=$(cat /run/waymark/DATABASE_URL)
export MLFLOW_BACKEND_STORE_URI

# Files go through the server, so that who trains or scores needs no key to where they lie.
exec mlflow server --host 0.0.0.0 --port 5000 --workers 1 \
    --serve-artifacts --artifacts-destination /var/lib/mlflow --default-artifact-root mlflow-artifacts:/
