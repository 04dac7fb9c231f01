"""A PostgreSQL for tests: the server that TEST_POSTGRES_URL names, else one of our own where it is installed.

Our own is made when the first test asks for it, once in each process of tests (2 s), and listens on a socket in its own
folder only. So is the database that is up to date, which is emptied after each test; the ids in it go on.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

NO_SERVER = (
    "no PostgreSQL: install its server (on Debian: apt install postgresql), or set TEST_POSTGRES_URL to "
    "psycopg://user@host:5432/name, where the user may make databases"
)
START_S = 30.0
_SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "autovacuum=off",
    "listen_addresses=",
    "max_connections=300",
    "shared_buffers=32MB",
)
# What runs the server and tidies up after it as soon as nobody holds the other end: also when the tests were killed.
_UNTIL_LEFT = '"$@" & server=$!; read _; kill -QUIT $server; wait $server; rm -rf "$0"'
_LEAVE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_JOBS = "procrastinate_periodic_defers", "procrastinate_events", "procrastinate_jobs", "procrastinate_workers"
_EMPTY = ";".join(f"DELETE FROM {table}" for table in (*_JOBS, "candidate", "seen_update"))  # the rest hangs on these


@dataclass(frozen=True, slots=True)
class Server:
    """A server for tests, by the URL of a database that is there already."""

    url: str
    _numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a new database without any table, which is gone in the end, whoever is still connected to it."""
        name = f"interview_bot_test_{os.getpid()}_{next(self._numbers)}"
        execute(self.url, f'CREATE DATABASE "{name}"')
        try:
            yield urlsplit(self.url)._replace(path=f"/{name}").geturl()
        finally:
            execute(self.url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """The server; a test that asks for it is skipped where there is none."""
    if url := os.environ.get("TEST_POSTGRES_URL", ""):
        yield Server(url)
        return
    with own_server() as url:
        yield Server(url)


@pytest.fixture
def empty_postgres_url(postgres_server: Server) -> Iterator[str]:
    """The URL of a database without any table; making it takes some tenths of a second."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres_url(postgres_server: Server) -> Iterator[str]:
    """The URL of the database that is up to date, for whoever leaves it as they found it."""
    from adapters.database.connection import migrate  # noqa: PLC0415 - by far not every test needs it

    with postgres_server.database() as url:
        with ThreadPoolExecutor(1) as aside:  # where no test's loop is
            aside.submit(asyncio.run, migrate(url)).result()
        yield url


@pytest.fixture
def postgres_url(migrated_postgres_url: str) -> Iterator[str]:
    """The URL of a database that is up to date and has no rows."""
    yield migrated_postgres_url
    execute(migrated_postgres_url, f"{_LEAVE};{_EMPTY}")


def execute(url: str, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Execute a statement in a connection of its own, outside a transaction; its rows."""
    import psycopg  # noqa: PLC0415 - by far not every test needs it

    with psycopg.connect(libpq(url), autocommit=True) as connection:
        cursor = connection.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


def with_option(url: str, option: str) -> str:
    """The URL with one more option, as in `pool=3`."""
    return f"{url}{'&' if '?' in url else '?'}{option}"


def libpq(url: str) -> str:
    """A DATABASE_URL as PostgreSQL's own programs take it."""
    return "postgresql" + url.removeprefix("psycopg")


@contextmanager
def own_server() -> Iterator[str]:
    """The URL of a server of our own, which is gone in the end. Raises pytest's Skipped where none can be started."""
    binaries, account = _binaries(), _account()
    folder = Path(tempfile.mkdtemp(prefix="interview-bot-postgres-", dir="/tmp"))  # a socket's path must be short
    try:
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        _run(account, [binaries / "initdb", "--pgdata", folder / "data", "--username", "tests", "--auth", "trust"])
        with _serving(account, binaries, folder):
            yield f"psycopg://tests@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _serving(account: pwd.struct_passwd | None, binaries: Path, folder: Path) -> Iterator[None]:
    settings: list[str | Path] = [option for setting in _SETTINGS for option in ("-c", setting)]
    command: list[str | Path] = [binaries / "postgres", "-D", folder / "data", "-k", folder, *settings]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            ["sh", "-c", _UNTIL_LEFT, folder, *command],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the tests
            **_as(account),
        )
    try:
        _wait_for(folder)
        yield
    finally:
        server.communicate()


def _wait_for(folder: Path) -> None:
    import psycopg  # noqa: PLC0415 - by far not every test needs it

    deadline = time.monotonic() + START_S
    while True:
        try:
            execute(f"psycopg://tests@/postgres?host={folder}", "SELECT 1")
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise RuntimeError((folder / "log").read_text(errors="replace")) from error
            time.sleep(0.05)
        else:
            return


def _binaries() -> Path:
    """The folder of the server's programs: that in PATH, else the newest of Debian's."""
    found = shutil.which("initdb")
    if found and shutil.which("postgres"):
        return Path(found).parent
    versions = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
    if not versions:
        pytest.skip(NO_SERVER)
    return max(versions, key=lambda folder: int(folder.parent.name))


def _account() -> pwd.struct_passwd | None:
    """Who runs the server: it refuses to be run by root. None for whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    pytest.skip(
        f"PostgreSQL is not run by root, and there is no account `nobody`: run the tests as another; {NO_SERVER}"
    )


def _as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """How a program is started as another account."""
    return {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _run(account: pwd.struct_passwd | None, command: Sequence[str | Path]) -> None:
    try:
        subprocess.run(
            [*command, "--encoding=UTF8", "--locale=C", "--no-sync"],
            cwd="/",
            check=True,
            capture_output=True,
            **_as(account),
        )
    except PermissionError:
        pytest.skip(f"PostgreSQL is not run by root, and this one may not become another account; {NO_SERVER}")
