# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /venv
COPY requirements/base.txt requirements/build.txt requirements/
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/base.txt \
 && python -m venv /build \
 && /build/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md ./
COPY domain domain
COPY listener listener
COPY classifiers classifiers
COPY alerts alerts
COPY simulator simulator
COPY migrations migrations
RUN /build/bin/python -m pip wheel --no-cache-dir --no-build-isolation --no-deps --wheel-dir /wheels . \
 && /venv/bin/pip install --no-cache-dir --no-deps --no-index /wheels/*.whl

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /app otklik \
 && install -d -o otklik -g otklik /app /app/var
COPY --from=build /venv /venv
WORKDIR /app
COPY config config
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LISTENER_HTTP_BIND=0.0.0.0:8080 LISTENER_LOG_FORMAT=json
USER otklik
VOLUME /app/var
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["listener", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["listener"]
CMD ["run"]
