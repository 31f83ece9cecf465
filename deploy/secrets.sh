#!/bin/sh
# Writes what docker-compose.yml and k8s/overlays/dev mount, into deploy/secrets/, which git does not see: a folder for
# each process, a file for each setting, every one random. What is there already stays.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets

random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

put() { # process, setting, value
    mkdir -p "secrets/$1"
    test -e "secrets/$1/$2" || printf '%s\n' "$3" > "secrets/$1/$2"
}

kept() { # process, setting: what lies there, or something new
    put "$1" "$2" "$(random)"
    cat "secrets/$1/$2"
}

address() { # role, database, the process whose file has the password already
    test ! -e "secrets/$3/DATABASE_URL" || { cat "secrets/$3/DATABASE_URL"; return; }
    printf 'postgresql+psycopg://%s' "$1:$(random)@postgres:5432/$2"
}

for service in accounts intake scoring casework oversight; do
    put "$service-migrate" SECRET_KEY "$(random)"
    put "$service-migrate" DATABASE_URL "$(address "${service}_owner" waymark "$service-migrate")"
    put "$service-web" DATABASE_URL "$(address "$service" waymark "$service-web")"
    put "$service-worker" DATABASE_URL "$(address "$service" waymark "$service-web")"
    put "$service-worker" SECRET_KEY "$(kept "$service-web" SECRET_KEY)"
done
# Whoever reads the figures sends it; Prometheus has it in its own namespace.
token=$(kept metrics METRICS_TOKEN)
for service in accounts intake scoring casework oversight; do
    put "$service-web" METRICS_TOKEN "$token"
    put "$service-worker" METRICS_TOKEN "$token"
done
for service in intake scoring casework oversight; do
    key=$(kept "$service-web" INTROSPECTION_KEY)
    put accounts-web "INTROSPECTION_KEY_$(echo "$service" | tr '[:lower:]' '[:upper:]')" "$key"
done
put intake-worker MATCH_KEY "$(kept intake-web MATCH_KEY)"

put mlflow DATABASE_URL "$(address mlflow mlflow mlflow)"
put postgres PGPASSWORD "$(random)"
put backup PGPASSWORD "$(random)"
put accounts-web OIDC_CLIENT_SECRET "$(random)"
put keycloak OIDC_CLIENT_SECRET "$(cat secrets/accounts-web/OIDC_CLIENT_SECRET)"
put accounts-demonstration DATABASE_URL "$(cat secrets/accounts-web/DATABASE_URL)"
put accounts-demonstration SECRET_KEY "$(cat secrets/accounts-web/SECRET_KEY)"
put accounts-demonstration DEMONSTRATION_PASSWORD "$(kept keycloak DEMONSTRATION_PASSWORD)"
put keycloak KC_BOOTSTRAP_ADMIN_PASSWORD "$(random)"

# A container’s user is nobody of this machine’s, and must read them. Their people are invented: see k8s for real ones.
chmod -R go+rX secrets
