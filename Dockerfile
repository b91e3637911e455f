# The shop as an image. One image runs the server, the worker, beat and every command:
#
#   docker build -t shop .                          the shop
#   docker build -t shop-front --target front .     nginx with the static files of the same release
#   docker run --rm --env-file production.env shop web | worker | beat | migrate | COMMAND...

FROM python:3.12-slim-bookworm AS builder
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# Versions are Debian's of the day: security updates are the point of building again.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends \
        build-essential pkg-config default-libmysqlclient-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY requirements.txt constraints.txt ./
RUN python -m venv /venv && /venv/bin/pip install -c constraints.txt -r requirements.txt

FROM python:3.12-slim-bookworm AS shop
# libmariadb3: the driver of MySQL. Pango, harfbuzz-subset and a font: papers as PDF. mariadb-client:
# `backup` and `restore`. tini: signals reach the server, and no dead process stays.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends \
        libmariadb3 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
        mariadb-client tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin shop \
    && install -d -o shop -g shop /data /backups
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 XDG_CACHE_HOME=/tmp \
    VAR_DIR=/data STATIC_ROOT=/app/public/static WEB_HOST=0.0.0.0 WEB_PORT=8000
WORKDIR /app
COPY --from=builder /venv /venv
COPY . .
# The key only lets the settings load: it is no secret, and nothing is signed with it.
RUN SECRET_KEY=building VAR_DIR=/tmp/building python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q . && rm -rf /tmp/building
USER 10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
# For the server; other roles turn it off or have one of their own (compose.yaml).
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python", "/app/deploy/health.py"]
ENTRYPOINT ["tini", "--", "/app/deploy/start"]
CMD ["web"]

FROM debian:bookworm-slim AS front
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends \
        nginx-light libnginx-mod-http-brotli-static curl \
    && rm -rf /var/lib/apt/lists/* /etc/nginx/sites-enabled/default \
    && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin shop \
    && install -d /etc/nginx/shop.d
COPY --from=shop /app/public /app/public
COPY deploy/nginx /app/deploy/nginx
USER 10001
EXPOSE 8080
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=10s --timeout=5s --retries=3 CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8080/_front"]
ENTRYPOINT ["/app/deploy/nginx/start"]
