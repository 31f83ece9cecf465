# syntax=docker/dockerfile:1
# Every image of ours but MLflow's, one target each: docker build --target intake .
# A service's image has the locked packages of its extras, the published language, the platform and its own source. It has
# no compiler, no package that is another's, no secret, and runs as a user who owns none of its files.

ARG PYTHON=3.11-slim-bookworm

# --- Made once, left behind -------------------------------------------------------------------------------------------

FROM node:22-bookworm-slim AS frontend
WORKDIR /frontend
COPY services/platform/ui/package.json services/platform/ui/package-lock.json services/platform/ui/.npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM python:${PYTHON} AS source
WORKDIR /app
COPY services services
COPY models models
COPY --from=frontend /frontend/node_modules /frontend/node_modules
RUN python -m services.platform.ui.assets /frontend/node_modules \
    && python -m compileall -q --invalidation-mode unchecked-hash .

FROM python:${PYTHON} AS installer
WORKDIR /locks
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ONLY_BINARY=:all: PIP_REQUIRE_HASHES=1
RUN python -m venv --without-pip /venv
COPY requirements .

FROM installer AS service-packages
RUN pip --python /venv/bin/python install -r service.lock

FROM installer AS scoring-packages
RUN pip --python /venv/bin/python install -r scoring.lock

FROM installer AS all-packages
RUN pip --python /venv/bin/python install -r runtime.lock

# --- What the image of every service begins with ----------------------------------------------------------------------

FROM python:${PYTHON} AS service
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp HOST=0.0.0.0
WORKDIR /app
COPY --from=source /app/services/__init__.py services/
COPY --from=source /app/services/contracts services/contracts
COPY --from=source /app/services/platform services/platform
USER 10001:10001
EXPOSE 8000
CMD ["web"]

# --- The images -------------------------------------------------------------------------------------------------------

FROM service AS accounts
COPY --from=service-packages /venv /venv
COPY --from=source /app/services/accounts services/accounts
HEALTHCHECK --interval=10s --start-period=30s CMD ["python", "-m", "services.platform.operations.alive", "accounts"]
ENTRYPOINT ["python", "-m", "services.accounts"]

FROM service AS intake
COPY --from=service-packages /venv /venv
COPY --from=source /app/services/intake services/intake
HEALTHCHECK --interval=10s --start-period=30s CMD ["python", "-m", "services.platform.operations.alive", "intake"]
ENTRYPOINT ["python", "-m", "services.intake"]

# LightGBM's threads are the system's.
FROM service AS service-with-model
USER 0:0
# Debian's archive keeps one version of a package: pinned, an image could not be built again.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/* \
    && install --directory --owner=10001 --group=10001 /var/lib/waymark/models
USER 10001:10001

FROM service-with-model AS scoring
COPY --from=scoring-packages /venv /venv
COPY --from=source /app/models/__init__.py models/
COPY --from=source /app/models/features models/features
COPY --from=source /app/models/inference models/inference
COPY --from=source /app/services/scoring services/scoring
HEALTHCHECK --interval=10s --start-period=30s CMD ["python", "-m", "services.platform.operations.alive", "scoring"]
ENTRYPOINT ["python", "-m", "services.scoring"]

FROM service AS casework
COPY --from=service-packages /venv /venv
COPY --from=source /app/services/casework services/casework
HEALTHCHECK --interval=10s --start-period=30s CMD ["python", "-m", "services.platform.operations.alive", "casework"]
ENTRYPOINT ["python", "-m", "services.casework"]

FROM service AS oversight
COPY --from=service-packages /venv /venv
COPY --from=source /app/services/oversight services/oversight
HEALTHCHECK --interval=10s --start-period=30s CMD ["python", "-m", "services.platform.operations.alive", "oversight"]
ENTRYPOINT ["python", "-m", "services.oversight"]

# The command line, for a person or a job and never for requests: every service, and how a model comes to be.
FROM service-with-model AS waymark
COPY --from=all-packages /venv /venv
COPY --from=source /app .
HEALTHCHECK NONE
ENTRYPOINT ["python", "-m", "services.cli"]
CMD ["--help"]

FROM nginxinc/nginx-unprivileged:1.28-alpine-slim AS proxy
COPY deploy/proxy/nginx.conf /etc/nginx/nginx.conf
USER 101:101
EXPOSE 8080
HEALTHCHECK --interval=10s CMD ["wget", "--quiet", "--spider", "http://127.0.0.1:8080/proxy/live"]

# psql and pg_dump of the server's version, for jobs: roles, backups, the restore drill.
FROM postgres:15-bookworm AS database
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends age && rm -rf /var/lib/apt/lists/*
COPY services/platform/db/provision.sql deploy/database/ /opt/waymark/
USER 10001:10001
HEALTHCHECK NONE
ENTRYPOINT []
