# The product for use with a PostgreSQL server that DATABASE_URL names (compose.yaml has one).
# All that it installs comes from the package registry, in the versions of constraints.txt.
FROM python:3.11-slim

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore \
    PYTHONUNBUFFERED=1

WORKDIR /srv/dashboard

# What the packages depend on, and nothing that changes more often, so that this layer is kept.
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY config/__init__.py config/
RUN pip install -c constraints.txt . && rm -rf build *.egg-info

# The project is no package: it runs from its source.
COPY . .
# The key signs nothing here; the settings just want one.
RUN SECRET_KEY=collects-static-files python manage.py collectstatic --noinput --verbosity 0 \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin dashboard

USER dashboard
ENV BIND_ADDRESS=0.0.0.0 PORT=8000
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import http.client, os, sys; probe = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=2); probe.request('GET', '/healthz'); sys.exit(probe.getresponse().status != 200)"]
CMD ["python", "-m", "config.server"]
