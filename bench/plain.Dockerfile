# The usual two-stage build of the same action, as the yardstick for the image's size and start:
# docker build -f bench/plain.Dockerfile .
FROM python:3.13-slim AS build
COPY requirements.lock /
RUN python3 -m venv /venv \
 && /venv/bin/pip install --quiet --no-cache-dir --no-deps --require-hashes -r /requirements.lock

FROM python:3.13-slim
COPY --from=build /venv /venv
COPY entrypoint.py /app/
COPY reviewer /app/reviewer
ENTRYPOINT ["/venv/bin/python3", "/app/entrypoint.py"]
