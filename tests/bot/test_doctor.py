from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.bot.conftest import Command


def _details(command: Command) -> dict[str, tuple[str, str]]:
    found = json.loads(command("doctor", "--json").out)
    return {finding["part"]: (finding["state"], finding["detail"]) for finding in found}


def test_a_look_before_the_first_start_makes_nothing(interview_bot: Command, place: Path) -> None:
    found = _details(interview_bot)
    assert found["data folder"][0] == "ok"
    assert "not there yet: the first start makes it" in found["data folder"][1]
    assert found["database"] == ("ok", "not there yet: the first start makes it")
    assert list(place.iterdir()) == []


def test_a_look_at_a_database_changes_nothing_and_says_how_it_stands(interview_bot: Command, place: Path) -> None:
    interview_bot("migrate")
    assert _details(interview_bot)["database"] == ("ok", "up to date")
    path = place / "data" / "interviews.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM tortoise_migrations")
    before = path.read_bytes()
    waits = "waits for 1 migration: the next start brings it up to date, after a backup"
    assert _details(interview_bot)["database"] == ("ok", waits)
    assert path.read_bytes() == before
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name, f"{path.name}.lock"]


def test_a_look_at_a_database_that_no_start_could_use(interview_bot: Command, place: Path) -> None:
    (place / "data").mkdir()
    (place / "data" / "interviews.sqlite3").write_text("My dear diary, " * 99)
    state, detail = _details(interview_bot)["database"]
    assert state == "broken"
    assert "damaged" in detail
