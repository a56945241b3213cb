# syntax=docker/dockerfile:1
# docker build --tag feedsync .
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY feedsync feedsync
COPY sample_feeds sample_feeds
RUN python -m venv /opt/feedsync && /opt/feedsync/bin/python -m pip install --no-cache-dir '.[sftp,s3]'

FROM python:3.11-slim-bookworm
# Nothing else is ever written; a volume that is new takes its owner from here.
RUN install -d -m 0700 -o 10001 -g 10001 /state /backups && install -d -m 0755 /schedules
COPY --from=build /opt/feedsync /opt/feedsync
ENV PATH=/opt/feedsync/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    FEEDSYNC_SCHEDULES=/schedules \
    FEEDSYNC_STATE=/state \
    FEEDSYNC_LISTEN=0.0.0.0:8738
WORKDIR /schedules
USER 10001:10001
VOLUME ["/state"]
EXPOSE 8738
STOPSIGNAL SIGTERM
# That the daemon's clock moves. Whether a schedule is late is said by /healthz: a new process mends no feed.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8738/livez', timeout=4)"]
ENTRYPOINT ["feedsync"]
CMD ["daemon"]
