"""What cannot go on says so in one line, with the right exit status and nothing lost."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.process.home import ANSWERS, Ended, Home

CHAT = ("chat", "--role", "sales_associate")
LINES = "".join(f"{answer}\n" for answer in ANSWERS * 3)


def _assert_refused(ended: Ended, *words: str) -> None:
    assert ended.status == 1
    assert ended.err.count("\n") == 1, ended.err
    for word in words:
        assert word in ended.err


def _started(home: Home) -> None:
    home.chat("--role", "sales_associate", lines=[ANSWERS[0]])


def test_a_database_of_a_newer_version(plain_home: Home) -> None:
    _started(plain_home)
    with closing(sqlite3.connect(plain_home.database)) as connection, connection:
        connection.execute(
            "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('interviews', '9999_later', '2090-01-01')"
        )
    ended = plain_home.run(*CHAT, given=LINES)
    _assert_refused(ended, "newer version", str(plain_home.database))
    assert ended.out == ""
    assert plain_home.said("answer") == [ANSWERS[0]]


def test_a_damaged_database(plain_home: Home) -> None:
    plain_home.database.parent.mkdir()
    plain_home.database.write_bytes(b"this is no database" * 1000)
    _assert_refused(plain_home.run(*CHAT, given=LINES), "damaged", "backup")
    assert plain_home.database.read_bytes() == b"this is no database" * 1000


def test_a_data_folder_that_is_a_file_or_below_one(plain_home: Home) -> None:
    (plain_home.path / "data").write_text("a file")
    for folder in (plain_home.path / "data", plain_home.path / "data" / "below"):
        _assert_refused(
            plain_home.run(*CHAT, given=LINES, settings={"DATA_DIR": str(folder)}),
            "cannot be opened",
            "nothing was saved",
        )


@pytest.mark.parametrize("way", ["pages", "file size"])
def test_a_full_disk_keeps_what_was_saved(plain_home: Home, way: str) -> None:
    _started(plain_home)
    with closing(sqlite3.connect(plain_home.database)) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    if way == "pages":
        url = f"sqlite://{plain_home.database}?max_page_count={pages}"
        ended = plain_home.run(*CHAT, given=LINES, settings={"DATABASE_URL": url})
        _assert_refused(ended, "disk is full", "nothing was saved", "free some space")
    else:
        ended = plain_home.run(
            *CHAT, given=LINES, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
        )
        _assert_refused(ended, "disk", "nothing was saved")
    assert plain_home.rows("PRAGMA integrity_check") == [("ok",)]
    kept = plain_home.said("answer")
    assert kept == [ANSWERS[0], *ANSWERS * 3][: len(kept)]
    assert kept
    (last,) = plain_home.chat("--role", "sales_associate")[0][-1:]
    assert last["kind"] == "menu"


def test_an_output_that_nobody_reads_ends_the_interview_without_noise(plain_home: Home) -> None:
    for command in ("chat --role sales_associate", "chat --role sales_associate --json"):
        ended = _shell(plain_home, f"{command} 2>err <lines | head -c 1 >/dev/null; echo $PIPESTATUS")
        assert ended.status == 1, ended.err
        assert ended.err == "The output was closed, so this ends here. Everything is saved; the same command goes on.\n"
    assert len(plain_home.said("answer")) <= 2


@pytest.mark.parametrize("command", ["roles list", "assess"])
def test_an_output_that_nobody_reads_is_no_error_worth_a_word(plain_home: Home, command: str) -> None:
    given = '{"role": "sales_associate", "question": "targets", "answer": "I did."}\n' * 3
    (plain_home.path / "lines").write_text(given)
    ended = _shell(plain_home, f"{command} 2>err <lines | true; echo $PIPESTATUS")
    assert ended.err == ""


@pytest.mark.parametrize("command", ["roles list", "chat --role sales_associate"])
def test_an_output_that_is_full_is_told(plain_home: Home, command: str) -> None:
    ended = _shell(plain_home, f"{command} 2>err <lines >/dev/full; echo $?")
    assert ended.status == 1
    assert ended.err.count("\n") == 1
    assert ended.err.startswith("The output ")


@pytest.mark.parametrize("closed", ["<&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_from_the_start(plain_home: Home, closed: str) -> None:
    ended = _shell(plain_home, f"chat --role sales_associate 2>err <lines {closed}; echo $? >status")
    assert (plain_home.path / "status").read_text() == "0\n"
    assert "Traceback" not in ended.err


def test_signs_that_the_output_cannot_show_are_replaced(plain_home: Home) -> None:
    ended = plain_home.run(*CHAT, "--questions", "1", given=LINES, settings={"PYTHONIOENCODING": "ascii"})
    assert ended.status == 0
    assert "Your report" in ended.out
    assert "?" in ended.out


def _shell(home: Home, line: str) -> Ended:
    """Run a line of the shell whose first command is the program's, with answers in the file `lines`."""
    if not (home.path / "lines").exists():
        (home.path / "lines").write_text(LINES)
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m bot {line}"],
        capture_output=True,
        cwd=home.path,
        env=home.environment(),
        timeout=50,
        check=False,
    )
    written = done.stdout.decode().split()
    status = int(written[-1]) if written and written[-1].isdecimal() else -1
    return Ended(status, done.stdout.decode(), (home.path / "err").read_text())


@pytest.mark.parametrize("loading", ["bot.commands", "core.requests", "typer", "pydantic"])
def test_control_c_while_the_program_is_loaded_ends_it_without_a_word(plain_home: Home, loading: str) -> None:
    interrupted = (
        "import sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path, target=None):\n"
        f"        if name == {loading!r}: raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "from bot.cli import main; main()"
    )
    ended = plain_home.run("--version", program=("-c", interrupted))
    assert (ended.status, ended.out, ended.err) == (130, "", "")


def test_importing_stays_cheap(plain_home: Home) -> None:
    """Engines are loaded only when they are needed: the first help is quick."""
    look = (
        "import sys; from bot.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "dear = {'tortoise', 'aiosqlite', 'prompt_toolkit', 'ollama', 'httpx', 'aiohttp', 'stamina'}\n"
        "print(*sorted(dear & set(sys.modules)), 'end')"
    )
    for arguments in (("--help",), ("roles", "list"), ("assess",)):
        ended = plain_home.run(*arguments, program=("-c", look))
        assert ended.out.endswith("\nend\n") or ended.out == "end\n", (arguments, ended.out[-80:])


def test_nothing_is_written_beside_the_data_folder(plain_home: Home) -> None:
    _started(plain_home)
    assert [path.name for path in plain_home.path.iterdir()] == ["data"]
