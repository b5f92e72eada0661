# Builds the image in which GitHub runs the action: the interpreter, the libraries that it really
# loads, certificates and bytecode, on nothing else. Debian is the base, the user is root and there
# is no WORKDIR, as GitHub asks of container actions. What each step leaves out: container/rootfs.py.

# By tag, so that it builds wherever that image is; CI and releases pass the digest that
# container/pinned.Dockerfile has.
ARG BASE=python:3.13-slim

FROM ${BASE} AS python
ARG SOURCE_DATE_EPOCH=0
# For `strip`. Whatever version the base's Debian release has: it lasts as long as the base does,
# and a pinned one would stop every build on the day that Debian corrects it.
# hadolint ignore=DL3008
RUN apt-get update -qq \
 && apt-get install --yes -qq --no-install-recommends binutils >/dev/null \
 && rm -rf /var/lib/apt/lists/*
COPY requirements.lock /build/
# The lock is complete, so nothing is resolved here; hashes decide what may be installed.
RUN python3 -m pip install --quiet --root-user-action=ignore --disable-pip-version-check \
      --no-cache-dir --no-compile --no-deps --only-binary :all: --require-hashes \
      --target /build/packages --requirement /build/requirements.lock
COPY container/rootfs.py /build/
RUN python3 /build/rootfs.py /build/packages /rootfs

FROM ${BASE} AS app
ARG SOURCE_DATE_EPOCH=0
COPY entrypoint.py /rootfs/app/
COPY reviewer /rootfs/app/reviewer
# Our own sources stay beside their bytecode: the traceback of a bug should show its lines. One
# time for all files makes a second build of the same commit the same, byte for byte.
RUN python3 -m compileall -q --invalidation-mode unchecked-hash -s /rootfs -p / /rootfs/app/reviewer \
 && find /rootfs -exec touch --date "@$SOURCE_DATE_EPOCH" {} +

FROM scratch AS action
COPY --from=python /rootfs /
COPY --from=app /rootfs /
LABEL org.opencontainers.image.title="code-review-action" \
      org.opencontainers.image.description="Reviews pull requests with a language model" \
      org.opencontainers.image.licenses="MIT"
# glibc keeps an arena of freed memory for each thread, and a run has dozens. Measured with 60 files
# of 3,000 lines, three times: 106 MB instead of 114.
ENV MALLOC_ARENA_MAX=2
# Absolute and isolated: no PYTHON* variable and no file of the checkout reaches the interpreter.
ENTRYPOINT ["/usr/local/bin/python3", "-I", "-X", "utf8", "/app/entrypoint.py"]

# To look inside: make image-debug (the same files, a shell and a few tools).
FROM python AS tools
RUN python3 /build/rootfs.py --tools /tools sh cat env find grep ls

FROM action AS debug
COPY --from=tools /tools /
ENTRYPOINT ["/usr/bin/sh"]

# What a build without --target makes.
FROM action
