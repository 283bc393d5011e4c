# syntax=docker/dockerfile:1
# One file for everything of ours that runs in a container:
#
#   docker build --build-arg SERVICE=content --tag plenary-content .      a service: `api` (the default) or `worker`
#   docker build --target web --tag plenary-web .                         the site
#   docker build --target ops --tag plenary-ops .                         the job that provisions, and the mail sink
#   docker build --target gateway --tag plenary-gateway .                 Envoy, with the OpenAPI document and its page
#
# An image holds one service's folder, what is shared, and the packages of that service's own lock: no compiler, no
# pip in the environment, no other service.

# What the locks are tested with.
ARG PYTHON=3.11-slim-bookworm
# The same Envoy as the wheel of the embedded run.
ARG ENVOY=v1.40.0


FROM python:${PYTHON} AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv --without-pip /venv


FROM builder AS service-packages
# No default: what is not said cannot be built by mistake.
ARG SERVICE
COPY services/${SERVICE}/requirements.txt /requirements.txt
RUN --mount=type=cache,target=/root/.cache/pip \
    pip --python /venv/bin/python install --require-hashes --no-deps --only-binary :all: -r /requirements.txt
WORKDIR /app
COPY shared shared
COPY services/__init__.py services/
COPY services/${SERVICE} services/${SERVICE}
# Compiled here, because the file system is read-only where it runs.
RUN /venv/bin/python -m compileall -q /app


FROM builder AS web-packages
COPY web/requirements.txt /requirements.txt
RUN --mount=type=cache,target=/root/.cache/pip \
    pip --python /venv/bin/python install --require-hashes --no-deps --only-binary :all: -r /requirements.txt
WORKDIR /app
COPY shared shared
COPY web web
RUN /venv/bin/python -m compileall -q /app


FROM builder AS ops-packages
COPY deploy/requirements.txt /requirements.txt
RUN --mount=type=cache,target=/root/.cache/pip \
    pip --python /venv/bin/python install --require-hashes --no-deps --only-binary :all: -r /requirements.txt
WORKDIR /app
COPY shared shared
COPY ops ops
COPY deploy/topology.yaml deploy/
RUN /venv/bin/python -m compileall -q /app


FROM python:${PYTHON} AS running
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
# A number and not a name, so that Kubernetes can see that it is not root.
USER 10001:10001


FROM running AS ops
COPY --from=ops-packages /venv /venv
COPY --from=ops-packages /app /app
ENTRYPOINT ["python", "-m"]
CMD ["ops.provision"]


FROM running AS web
ENV SERVICE=web
COPY --from=web-packages /venv /venv
COPY --from=web-packages /app /app
COPY deploy/image/healthy.py /healthy.py
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --start-interval=1s --retries=3 CMD ["python", "/healthy.py"]
EXPOSE 7106
ENTRYPOINT ["python", "-m", "web"]


FROM envoyproxy/envoy:${ENVOY} AS gateway
COPY gateway/openapi.json /etc/plenary/gateway/
COPY gateway/docs /etc/plenary/gateway/docs
COPY gateway/vendor /etc/plenary/gateway/vendor
ENV GATEWAY_KEY_FILE=/run/secrets/gateway-key
# The image's own user.
USER 101:101
EXPOSE 8080 8081 7902
# Envoy takes its key from its environment only, and secrets come as files.
ENTRYPOINT ["sh", "-c", "export GATEWAY_KEY=\"$(cat \"$GATEWAY_KEY_FILE\")\" && exec envoy \"$@\"", "--"]
CMD ["--config-path", "/etc/plenary/envoy.yaml", "--concurrency", "1", "--drain-time-s", "20", \
     "--file-flush-interval-msec", "1000", "--disable-hot-restart", "--log-level", "warning"]


FROM running AS service
ARG SERVICE
ENV SERVICE=${SERVICE}
COPY --from=service-packages /venv /venv
COPY --from=service-packages /app /app
COPY deploy/image/healthy.py /healthy.py
# Asks readiness of whichever role runs. Kubernetes has probes of its own and passes over this.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --start-interval=1s --retries=3 CMD ["python", "/healthy.py"]
# `exec`, so that the service itself is process 1 and gets the SIGTERM on which it drains.
ENTRYPOINT ["sh", "-c", "exec python -m services.\"$SERVICE\" \"$@\"", "--"]
CMD ["api"]
