from __future__ import annotations

import json
import shutil
from importlib import metadata
from pathlib import Path

import pytest

from adapters.roles import BUILT_IN
from bot.chat import _user
from core.ports import StoreUnavailableError
from tests.bot.conftest import Command
from tests.process.home import ANSWERS, ROOT, Home

IDS = ["backend_engineer", "retail_associate", "sales_associate"]


@pytest.fixture
def own(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The owner's folder of roles."""
    folder = place / "own"
    folder.mkdir()
    monkeypatch.setenv("ROLES_DIR", str(folder))
    return folder


def _findings(out: str) -> dict[str, str]:
    return {finding["part"]: finding["state"] for finding in json.loads(out)}


def test_doctor_finds_everything_in_order(interview_bot: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICE", "off")
    ended = interview_bot("doctor", "--json")
    assert ended.status == 0
    assert _findings(ended.out) == {
        "settings": "ok",
        "data folder": "ok",
        "database": "ok",
        "roles": "ok",
        "interviewer": "ok",
        "metrics": "off",
        "ollama": "off",
        "discord": "off",
        "telegram": "off",
        "voice": "off",
    }


def test_doctor_says_what_is_broken_and_what_to_do(
    interview_bot: Command, own: Path, place: Path, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own / "bad.toml").write_text("title = 3")
    (place / "data").write_text("a file")
    monkeypatch.setenv("INTERVIEWER", "model")
    monkeypatch.setenv("OLLAMA_BASE_URL", f"http://127.0.0.1:{closed_port}")
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    monkeypatch.setenv("DISCORD_API_BASE_URL", f"http://127.0.0.1:{closed_port}")
    ended = interview_bot("doctor", "--json")
    assert ended.status == 1
    broken = {finding["part"]: finding for finding in json.loads(ended.out) if finding["state"] == "broken"}
    assert set(broken) == {"data folder", "database", "roles", "ollama", "discord"}
    assert all(finding["advice"] or "check" in finding["detail"] for finding in broken.values())
    assert "DATA_DIR" in broken["data folder"]["advice"]
    assert "bad.toml" in broken["roles"]["detail"]
    assert "4 mistakes in all" in broken["roles"]["detail"]
    table = interview_bot("doctor")
    assert table.status == 1
    assert "Discord could not be reached" in " ".join(table.out.split())
    assert "secret" not in table.out


def test_doctor_finds_a_wrong_setting_and_a_full_disk(
    interview_bot: Command, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(1, 1, 99_999_999))
    full = interview_bot("doctor", "--json")
    assert full.status == 1
    assert _findings(full.out)["data folder"] == "broken"
    monkeypatch.setenv("LOG_LEVEL", "loud")
    wrong = interview_bot("doctor", "--json")
    assert wrong.status == 1
    assert _findings(wrong.out) == {"settings": "broken"}


def test_doctor_shows_brackets_as_they_are(
    interview_bot: Command, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(place / "[red]d[/]"))
    ended = interview_bot("doctor")
    assert ended.status == 0
    assert "[red]d[/]" in ended.out.replace("\n", "")


def test_migrate_makes_a_database_and_then_finds_it_up_to_date(interview_bot: Command, place: Path) -> None:
    first, second = interview_bot("migrate"), interview_bot("migrate")
    names = sorted(path.stem for path in (ROOT / "migrations").glob("0*.py"))
    assert (first.status, first.err) == (0, f"Applied: {', '.join(names)}.\n")
    assert (second.status, second.err) == (0, "The database is up to date.\n")
    assert (place / "data" / "interviews.sqlite3").exists()


def test_migrate_names_the_backup(interview_bot: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    from adapters.database import connection  # noqa: PLC0415 - as the command does
    from adapters.database.migrate import MigrationResult  # noqa: PLC0415

    async def migrate(url: str) -> MigrationResult:
        return MigrationResult(("0002_more",), Path("copy"))

    monkeypatch.setattr(connection, "migrate", migrate)
    assert interview_bot("migrate").err == "Applied: 0002_more. The database as it was before is in copy.\n"

    async def failing(url: str) -> MigrationResult:
        raise StoreUnavailableError("The disk is full, so nothing was saved.")

    monkeypatch.setattr(connection, "migrate", failing)
    failed = interview_bot("migrate")
    assert (failed.status, failed.err) == (1, "The disk is full, so nothing was saved.\n")


def test_roles_are_listed(interview_bot: Command) -> None:
    table, rows = interview_bot("roles", "list"), json.loads(interview_bot("roles", "list", "--json").out)
    assert [row["id"] for row in rows] == IDS
    assert all(row["questions"] == 10 and row["title"] and row["summary"] for row in rows)
    for role_id in IDS:
        assert role_id in table.out
    assert "mid" in table.out


def test_the_roles_that_come_with_the_program_are_in_order(interview_bot: Command) -> None:
    ended = interview_bot("roles", "check")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == f"3 role files are in order: {', '.join(IDS)}.\n"


def test_a_broken_file_is_named_and_never_stops_the_others(interview_bot: Command, own: Path) -> None:
    (own / "bad.toml").write_text("title = [")
    shutil.copy(BUILT_IN / "sales_associate.toml", own / "car_dealer.toml")
    checked = interview_bot("roles", "check")
    assert checked.status == 1
    assert checked.out.startswith("bad.toml: it is not valid TOML")
    assert checked.out.count("\n") == 1
    listed = interview_bot("roles", "list", "--json")
    assert [row["id"] for row in json.loads(listed.out)] == [*IDS, "car_dealer"]
    assert listed.err.startswith("Role file left out: bad.toml: ")


def test_a_folder_that_is_missing_is_told(interview_bot: Command, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLES_DIR", "nowhere")
    ended = interview_bot("roles", "check")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == "ROLES_DIR: there is no such folder. Change it in the environment or in .env.\n"


def test_without_any_role_there_is_no_interview(interview_bot: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.settings.BUILT_IN", Path("nowhere"))
    for arguments, status in ((("chat",), 1), (("chat", "--role", "sales"), 2)):
        ended = interview_bot(*arguments)
        assert ended.status == status
        assert "roles check" in ended.err


def test_one_new_file_is_a_role_that_can_be_interviewed_for_at_once(tmp_path: Path) -> None:
    home, folder = Home(tmp_path), tmp_path / "own"
    folder.mkdir()
    text = (BUILT_IN / "sales_associate.toml").read_text()
    (folder / "car_dealer.toml").write_text(text.replace('title = "Sales Associate"', 'title = "Car Dealer"', 1))
    (folder / "retail_associate.toml").write_text(text.replace('title = "Sales Associate"', 'title = "My Own Shop"', 1))
    start, answered, _ = home.chat("--role", "car dealer", lines=[ANSWERS[0]], ROLES_DIR=str(folder))
    assert start[0]["text"].startswith("Car Dealer, mid level, 5 questions")
    assert answered
    roles = home.run("roles", "list", "--json", settings={"ROLES_DIR": str(folder)}).out
    assert {row["id"]: row["title"] for row in json.loads(roles)}["retail_associate"] == "My Own Shop"


WRONG = [
    (("--role", "sales_asociate"), "There is no role “sales_asociate”. Did you mean sales_associate?\n"),
    (("--role", "xyzzy"), "There is no role “xyzzy”. There is: backend_engineer, retail_associate, sales_associate.\n"),
    (("--questions", "0"), "The number of questions must be from 1 to 10, not 0.\n"),
    (("--role", "sales_associate", "--questions", "999"), "The number of questions must be from 1 to 10, not 999.\n"),
    (("--questions", "-1"), "The number of questions must be from 1 to 10, not -1.\n"),
    (("--name", "x" * 101), "The name is longer than 100 characters. Choose a shorter one.\n"),
]


@pytest.mark.parametrize(("arguments", "sentence"), WRONG)
def test_a_wrong_argument_is_one_sentence_and_nothing_is_made(
    interview_bot: Command, place: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    ended = interview_bot("chat", *arguments)
    assert (ended.status, ended.out, ended.err) == (2, "", sentence)
    assert not (place / "data").exists()


@pytest.mark.parametrize("arguments", [("--questions", "many"), ("--mode", "quick"), ("--level", "boss"), ("--what",)])
def test_what_the_command_line_does_not_know_is_refused(interview_bot: Command, arguments: tuple[str, ...]) -> None:
    ended = interview_bot("chat", *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert arguments[0] in ended.err


def test_somebody_without_a_name_on_this_machine_is_a_candidate(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise OSError("no such user")

    monkeypatch.setattr("getpass.getuser", unknown)
    assert _user() == "candidate"


def test_the_version_is_told(interview_bot: Command) -> None:
    assert interview_bot("--version").out == f"interview-bot {metadata.version('interview-bot')}\n"


def test_copy_database_says_what_has_to_be_there(interview_bot: Command) -> None:
    told = " ".join(interview_bot("copy-database", "--help").out.split())
    assert "An empty database; on PostgreSQL it has to be there." in told


def test_copy_database_tells_how_it_ended(interview_bot: Command, place: Path) -> None:
    assert interview_bot("migrate").status == 0
    source, target = f"sqlite://{place / 'data' / 'interviews.sqlite3'}", f"sqlite://{place / 'new.sqlite3'}"
    copied = interview_bot("copy-database", "--from", source, "--to", target)
    assert (copied.status, copied.err.partition(".")[0]) == (0, "Copied: 0 people, 0 interviews; 0 rows in all")
    refused = interview_bot("copy-database", "--from", "nonsense", "--to", target)
    assert (refused.status, refused.err.partition(":")[0]) == (1, "--from names no database that can be used")
