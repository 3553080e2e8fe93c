# One image for web, worker, migrate and commands. Build it with the version it is of:
#   podman build --build-arg VERSION=1.0 --build-arg REVISION=$(git rev-parse HEAD) -t kopplingsguiden:1.0 .
# Another index than PyPI stands in a pip.conf that is handed over as a secret, and is in no layer:
#   --secret id=pip,src=pip.conf
ARG BASE=docker.io/library/python:3.13-slim-bookworm

FROM ${BASE} AS build
WORKDIR /app
COPY requirements.txt ./
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    python3 -m venv .venv && \
    .venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY . ./
# As `flask translations compile`, which would want settings. Byte code is made here, of templates too, since nothing
# is written later. The command wants settings and uses none.
RUN .venv/bin/pybabel -q compile -d translations && .venv/bin/python -m compileall -q wizard healthcheck.py wsgi.py && \
    WIZARD_PUBLIC_URL=http://localhost WIZARD_DATABASE_URL=postgresql://unused \
    WIZARD_SECRET_KEY=unused-unused-unused-unused-unused \
    WIZARD_TOKEN_KEYS=unused:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    WIZARD_VISMA_CLIENT_ID=unused WIZARD_VISMA_CLIENT_SECRET=unused \
    .venv/bin/flask templates compile && \
    chmod -R a+rX /app

FROM ${BASE}
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Kopplingsguiden" \
      org.opencontainers.image.description="Takes an approver from a link to an active, proved connection to her accounting system" \
      org.opencontainers.image.vendor="Senseworks" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV PATH=/app/.venv/bin:$PATH HOME=/tmp PORT=8000 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2
WORKDIR /app
COPY --from=build /app /app
# Where a volume for backups is mounted: it takes its rights from here.
RUN mkdir -m 1777 /backups
# Whoever it is run as: everybody may read everything, and nothing is written but in /tmp and /dev/shm.
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "healthcheck.py"]
# It listens at PORT, on all addresses of the container.
CMD ["gunicorn", "--worker-class=gthread", "--workers=3", "--threads=16", \
     "--no-control-socket", "--worker-tmp-dir=/dev/shm", "wsgi:app"]
