# The project's images: targets service, hazelcast, kafka. Built by harness/provision/images.py, which puts together the
# context (jars by the lock, the host's CA bundle, the parts of requirements.lock) and gives BASE another value where no
# container registry answers. Written for the classic builder too: no BuildKit needed.
ARG BASE=python:3.12-slim-bookworm

FROM ${BASE} AS python
# A proxy between here and the package registry may sign with a CA that only the host knows.
COPY ca.crt /etc/harness-ca.crt
RUN python3 -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1

FROM python AS service
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
COPY service.lock /tmp/
RUN pip install --quiet --no-cache-dir --disable-pip-version-check --cert /etc/harness-ca.crt --require-hashes -r /tmp/service.lock
COPY services /opt/harness/services
WORKDIR /opt/harness
RUN python -m compileall -q services
ENTRYPOINT ["python", "-m"]

FROM python AS java
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
COPY java.lock /tmp/
RUN pip install --quiet --no-cache-dir --disable-pip-version-check --cert /etc/harness-ca.crt --require-hashes -r /tmp/java.lock
COPY provision /opt/harness
ENV PYTHONPATH=/opt/harness
WORKDIR /var/lib/harness

FROM java AS hazelcast
COPY jars/hazelcast /opt/harness/jars/hazelcast
RUN python -m harness.provision.in_image hazelcast
ENTRYPOINT ["python", "/opt/harness/harness/provision/launchers/launch_hazelcast.py"]

FROM java AS kafka
COPY jars/kafka /opt/harness/jars/kafka
RUN python -m harness.provision.in_image kafka
ENTRYPOINT ["python", "/opt/harness/harness/provision/launchers/launch_kafka.py"]
