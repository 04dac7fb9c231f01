from __future__ import annotations

import pytest

from adapters.shards import Shards
from bot.assembly import NOT_SHARED
from bot.sharding import part_of
from core.requests import BadRequestError
from tests.bot.conftest import Command

WRONG = ["0", "0/", "/4", "4/4", "9/4", "0,0/4", "0,,1/4", "-1/4", "0;1/4", "a", "a/4", "0/0", "\u0660/\u0664"]


def test_shards_are_read_as_they_are_written() -> None:
    assert part_of("0,1/4") == Shards((0, 1), 4)
    assert part_of("3/4") == Shards((3,), 4)
    assert part_of(" 2, 0 / 3 ") == Shards((2, 0), 3)
    assert part_of("") is None


@pytest.mark.parametrize("written", WRONG)
def test_what_are_no_shards_is_said_in_one_sentence(written: str) -> None:
    with pytest.raises(BadRequestError, match=r"^Shards are written as in 0,1/4: .*\.$"):
        part_of(written)


@pytest.mark.parametrize("token", ["DISCORD_TOKEN", "TELEGRAM_TOKEN", "TELEGRAM_ALLOWED_USERS"])
def test_they_are_looked_at_whatever_has_a_token(
    interview_bot: Command, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv(token, "1234")
    ended = interview_bot("run", "--shards", "9/4")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("Shards are written as in 0,1/4")
    assert ended.err.count("\n") == 1


def test_a_database_that_one_process_has_by_itself_leaves_no_shard_to_another(
    interview_bot: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "nonsense")
    monkeypatch.setenv("VOICE", "off")
    ended = interview_bot("run", "--shards", "0/2")
    assert (ended.status, ended.out, ended.err) == (1, "", f"{NOT_SHARED}\n")
    all_of_them = interview_bot("run", "--shards", "1,0/2")
    assert all_of_them.err.startswith("Telegram is not served: ")
