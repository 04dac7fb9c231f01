FROM python:3.13-slim AS build
WORKDIR /app
RUN python -m venv --without-pip /opt/venv
# VOICE=-voice adds voice, POSTGRES=-postgres adds PostgreSQL.
ARG VOICE=
ARG POSTGRES=
COPY requirements.txt requirements-voice.txt requirements-postgres.txt ./
RUN pip --python /opt/venv install --no-cache-dir --require-hashes \
    -r requirements${VOICE}.txt -r requirements${POSTGRES}.txt
COPY . .
RUN pip --python /opt/venv install --no-cache-dir --no-deps --no-build-isolation --editable .
# Who runs it may not write here, and would compile all of it at every start.
RUN /opt/venv/bin/python -m compileall -q --invalidation-mode checked-hash adapters bot core migrations

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 bot && install --directory --owner=bot --group=bot /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH \
    DATA_DIR=/data \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /app
USER bot
VOLUME /data
CMD ["interview-bot", "run"]
