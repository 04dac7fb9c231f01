"""What is answered to `link` and `unlink`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from core.desk import linking
from core.desk.answer import Answer
from core.effects import AssessAnswer, Effect, Send
from core.messages import Choice, OutboundKind
from core.model import Conversation, Interview, Phase
from core.ports import Change
from tests.contracts.sample import new_interview
from tests.contracts.steps import notice
from tests.core.counter import Counter

PHONE = Conversation("telegram", "17", "17")
DESK = Conversation("discord", "99", "42")
LAPTOP = Conversation("terminal", "here", "me")
YES = "Yes, both are mine"
MINUTE = 60.0


class Booth(Counter):
    """A counter at which what follows is saved, as the runner does."""

    async def say(
        self, where: Conversation, command: str, argument: str = "", interview: Interview | None = None
    ) -> str:
        """Ask, save what follows, and give what is said."""
        _, (said, *_) = await self.ask(command, argument, interview, where=where)
        self.choices = said.choices
        candidate = await self.store.candidate(where)
        answer = self.answer
        await self.store.save(
            Change(
                candidate,
                where,
                interview,
                answer.interview,
                code=answer.code,
                joins=answer.joins,
                leaves=answer.leaves,
            )
        )
        return said.text

    async def code(self, where: Conversation) -> str:
        found = re.search(r"/link (\S+) ", await self.say(where, "link"))
        assert found
        return found[1]

    async def accept(self, where: Conversation, code: str) -> str:
        """Ask to join, read the warning, and say yes."""
        assert "Are both accounts yours?" in await self.say(where, "link", code)
        return await self.say(where, "link", f"{code} yes")

    async def join(self, home: Conversation, joining: Conversation) -> None:
        assert "are joined" in await self.accept(joining, await self.code(home))

    async def under_way(self, where: Conversation, effect: Effect) -> None:
        candidate = await self.store.candidate(where)
        over = replace(new_interview(candidate, where), phase=Phase.FINISHED)
        await self.store.save(Change(candidate, where, after=over, effects=(effect,)))

    @property
    def told(self) -> list[tuple[Conversation, str]]:
        """What is said to others, and where."""
        sends = (one for one in self.answer.effects if isinstance(one, Send))
        return [(one.to, one.message.text) for one in sends if one.to]

    @property
    def changes_nothing(self) -> bool:
        answer = self.answer
        return answer == Answer(answer.interview, answer.effects)


@pytest.fixture
def booth() -> Booth:
    return Booth()


# A code


async def test_a_code_is_shown_and_a_digest_kept_in_its_place(booth: Booth) -> None:
    code = await booth.code(DESK)
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", code)
    assert booth.answer.code
    assert re.fullmatch(r"[0-9a-f]{64}", booth.answer.code.digest)
    assert (booth.answer.code.expires_at - booth.clock.now()).total_seconds() == 600
    assert booth.answer.interview is None


def test_no_sign_of_a_code_looks_like_another() -> None:
    assert len(set(linking.ALPHABET)) == len(linking.ALPHABET)
    for alike in ("0OQ", "1IL", "5S", "8B", "2Z", "UV"):
        assert len(set(alike) & set(linking.ALPHABET)) <= 1


async def test_an_open_interview_stays_as_it_is_when_a_code_is_made(booth: Booth) -> None:
    interview = new_interview()
    await booth.ask("link", "", interview, where=LAPTOP)
    assert booth.answer.interview is interview


async def test_every_code_is_another(booth: Booth) -> None:
    assert len({await booth.code(DESK) for _ in range(5)}) == 5


async def test_a_new_code_takes_the_place_of_the_earlier_one(booth: Booth) -> None:
    first, second = await booth.code(DESK), await booth.code(DESK)
    assert "not valid" in await booth.say(PHONE, "link", first)
    assert "Are both accounts yours?" in await booth.say(PHONE, "link", second)


async def test_only_so_many_codes_are_made_in_ten_minutes_for_each_account(booth: Booth) -> None:
    for _ in range(5):
        await booth.code(DESK)
    assert "use the last one, or wait 10 minutes" in await booth.say(DESK, "link")
    assert booth.changes_nothing
    await booth.code(PHONE)
    await booth.clock.advance(10 * MINUTE)
    await booth.code(DESK)


# Joining


@pytest.mark.parametrize("typed", ["{}", " {} ", "{} \n", "<{}>"])
@pytest.mark.parametrize("spelled", [str, str.lower, lambda code: code.replace("-", ""), " ".join])
async def test_a_code_is_understood_however_it_is_typed(
    booth: Booth, typed: str, spelled: Callable[[str], str]
) -> None:
    code = await booth.code(DESK)
    assert "Are both accounts yours?" in await booth.say(PHONE, "link", typed.format(spelled(code)))
    assert booth.choices == (Choice(YES, "link", f"{code} yes"),)


async def test_nothing_is_joined_before_the_candidate_has_said_that_both_are_theirs(booth: Booth) -> None:
    code = await booth.code(DESK)
    page = await booth.page("link", code, where=PHONE)
    assert (page.kind, page.default) == (OutboundKind.MENU, None)
    assert "will see your interviews on this account, and you will see theirs" in page.text
    assert booth.changes_nothing
    (choice,) = page.choices
    assert "are joined" in await booth.say(PHONE, choice.command, choice.argument)
    assert booth.answer.interview is None
    assert await booth.store.candidate(PHONE) == await booth.store.candidate(DESK)


async def test_a_code_joins_once_and_a_second_yes_is_told_so(booth: Booth) -> None:
    code = await booth.code(DESK)
    await booth.accept(PHONE, code.lower())
    assert "not valid" in await booth.say(LAPTOP, "link", f"{code} yes")
    assert await booth.say(PHONE, "link", f"{code} YES") == "Your accounts are joined already. /unlink parts them."
    assert booth.changes_nothing


async def test_a_yes_counts_only_after_the_warning(booth: Booth) -> None:
    code = await booth.code(DESK)
    assert "Are both accounts yours?" in await booth.say(PHONE, "link", f"{code} yes")
    assert booth.changes_nothing
    assert booth.choices == (Choice(YES, "link", f"{code} yes"),)
    assert "Are both accounts yours?" in await booth.say(LAPTOP, "link", f"{code} yes")  # who saw no warning
    assert "are joined" in await booth.say(PHONE, "link", f"{code} yes")


async def test_a_yes_to_the_warning_about_another_code_counts_for_nothing(booth: Booth) -> None:
    code, other = await booth.code(DESK), await booth.code(LAPTOP)
    await booth.say(PHONE, "link", code)
    assert "Are both accounts yours?" in await booth.say(PHONE, "link", f"{other} yes")
    assert "Are both accounts yours?" in await booth.say(PHONE, "link", f"{code} yes")
    assert booth.changes_nothing


async def test_a_yes_counts_for_ten_minutes_from_the_warning(booth: Booth) -> None:
    code = await booth.code(DESK)
    candidate = await booth.store.candidate(DESK)
    assert booth.answer.code
    lasting = replace(booth.answer.code, expires_at=booth.clock.now() + timedelta(minutes=11))
    await booth.say(PHONE, "link", code)
    await booth.clock.advance(10 * MINUTE)
    await booth.store.save(Change(candidate, DESK, code=lasting))
    assert "Are both accounts yours?" in await booth.say(PHONE, "link", f"{code} yes")
    assert booth.changes_nothing


async def test_a_warning_from_before_the_clock_was_set_back_counts_for_nothing(booth: Booth) -> None:
    code = await booth.code(DESK)
    await booth.say(PHONE, "link", code)
    await booth.clock.advance(-60 * MINUTE)
    assert "Are both accounts yours?" in await booth.say(PHONE, "link", f"{code} yes")
    assert "are joined" in await booth.say(PHONE, "link", f"{code} yes")


async def test_a_press_of_the_warning_s_button_counts_whichever_process_has_shown_it(booth: Booth) -> None:
    code = await booth.code(DESK)
    _, (said, *_) = await booth.ask("link", f"{code} yes", where=PHONE, pressed_in="shown elsewhere")
    assert "are joined" in said.text
    assert booth.answer.joins


async def test_a_message_that_is_delivered_again_is_no_yes_to_its_own_warning(booth: Booth) -> None:
    code = await booth.code(DESK)
    for again in (False, True):
        booth.again = again
        _, (said,) = await booth.ask("link", f"{code} yes", where=PHONE)
        assert "Are both accounts yours?" in said.text


async def test_the_maker_of_a_code_is_told_who_joined_by_it(booth: Booth) -> None:
    made_at = replace(DESK, chat="where it was made")
    code = await booth.code(made_at)
    await booth.accept(PHONE, code)
    ((where, text),) = booth.told
    assert where == made_at
    assert "An account on Telegram has joined this one with your code" in text
    assert "/unlink parts them" in text


async def test_a_code_expires(booth: Booth) -> None:
    code = await booth.code(DESK)
    await booth.clock.advance(10 * MINUTE)
    for argument in (code, f"{code} yes"):
        assert "not valid" in await booth.say(PHONE, "link", argument)
        assert booth.changes_nothing


@pytest.mark.parametrize("argument", ["ABCD-EFGH", "yes", "-", "\u017f", "x" * 4000, "'; --"])
async def test_what_is_no_code_changes_nothing(booth: Booth, argument: str) -> None:
    await booth.code(DESK)
    said = await booth.say(PHONE, "link", argument)
    assert "not valid" in said
    assert len(said) < 200
    assert booth.changes_nothing


async def test_an_own_code_joins_nothing(booth: Booth) -> None:
    code = await booth.code(DESK)
    assert "your own code" in await booth.say(DESK, "link", f"{code} yes")
    assert booth.changes_nothing


async def test_who_is_joined_can_make_a_code_but_use_none(booth: Booth) -> None:
    await booth.join(DESK, PHONE)
    other = await booth.code(LAPTOP)
    for where, elsewhere in ((DESK, "Telegram"), (PHONE, "Discord")):
        assert "joined already. /unlink parts them." in await booth.say(where, "link", f"{other} yes")
        assert booth.changes_nothing
        assert f"joined with yours on {elsewhere}; /unlink" in await booth.say(where, "link")
    await booth.join(PHONE, LAPTOP)
    assert "joined with yours on Discord and Telegram;" in await booth.say(LAPTOP, "link")


async def test_a_platform_is_named_once(booth: Booth) -> None:
    await booth.join(DESK, PHONE)
    await booth.join(DESK, replace(PHONE, account="18"))
    assert "joined with yours on Telegram; /unlink" in await booth.say(DESK, "link")


async def test_who_has_an_open_interview_finishes_it_before_joining(booth: Booth) -> None:
    code = await booth.code(DESK)
    interview = new_interview()
    for argument in (code, f"{code} yes"):
        _, (said,) = await booth.ask("link", argument, interview, where=PHONE)
        assert "open interview on this account" in said.text
        assert booth.answer.interview is interview
        assert booth.changes_nothing


async def test_who_has_something_worked_on_waits_before_joining(booth: Booth) -> None:
    code = await booth.code(DESK)
    booth.busy.add(await booth.store.candidate(PHONE))
    for argument in (code, f"{code} yes"):
        assert "still working on one of your answers" in await booth.say(PHONE, "link", argument)
        assert booth.changes_nothing


async def test_what_waits_on_disk_and_the_work_of_others_keep_nobody_from_joining(booth: Booth) -> None:
    code = await booth.code(DESK)
    await booth.under_way(PHONE, notice("Hello."))
    await booth.under_way(PHONE, AssessAnswer(0))
    booth.busy.add(await booth.store.candidate(DESK))
    assert "are joined" in await booth.accept(PHONE, code)
    assert {one.candidate for one in await booth.store.pending()} == {await booth.store.candidate(DESK)}


async def test_only_so_many_codes_can_be_tried_in_ten_minutes_from_each_account(booth: Booth) -> None:
    code = await booth.code(DESK)
    for _ in range(5):
        assert "not valid" in await booth.say(PHONE, "link", "WRNG-WRNG yes")
    for argument in (code, f"{code} yes"):
        assert "try again in 10 minutes" in await booth.say(PHONE, "link", argument)
        assert booth.changes_nothing
    assert "Are both accounts yours?" in await booth.say(LAPTOP, "link", code)
    await booth.clock.advance(10 * MINUTE)
    assert "Are both accounts yours?" in await booth.say(PHONE, "link", await booth.code(DESK))


async def test_nobody_waits_for_the_time_that_a_clock_was_set_back_by(booth: Booth) -> None:
    code = await booth.code(DESK)
    for _ in range(5):
        assert "not valid" in await booth.say(PHONE, "link", "WRNG-WRNG")
    await booth.clock.advance(-60 * MINUTE)
    assert "Are both accounts yours?" in await booth.say(PHONE, "link", code)


async def test_right_codes_are_no_wrong_tries(booth: Booth) -> None:
    code = await booth.code(DESK)
    for _ in range(12):
        assert "Are both accounts yours?" in await booth.say(PHONE, "link", code)


async def test_the_last_try_is_answered_alike_when_it_is_delivered_again(booth: Booth) -> None:
    for again in (*[False] * 5, True):
        booth.again = again
        _, (said,) = await booth.ask("link", "WRNG-WRNG", where=PHONE)
        assert "not valid" in said.text


async def test_messages_of_the_same_id_in_several_chats_are_several(booth: Booth) -> None:
    booth.again = True
    for number in range(5):
        await booth.ask("link", "WRNG-WRNG", where=replace(PHONE, chat=str(number)))
    _, (said,) = await booth.ask("link", "WRNG-WRNG", where=PHONE)
    assert "Too many codes" in said.text


async def test_a_wrong_code_that_is_delivered_again_is_one_try(booth: Booth) -> None:
    await booth.ask("link", "WRNG-WRNG", where=PHONE)
    booth.again = True
    for _ in range(7):
        _, (said,) = await booth.ask("link", "WRNG-WRNG", where=PHONE)
        assert "not valid" in said.text


async def test_a_request_for_a_code_that_is_delivered_again_is_one(booth: Booth) -> None:
    for again in (False, *[True] * 7):
        booth.again = again
        _, (said,) = await booth.ask("link", where=DESK)
        assert "Your code:" in said.text


async def test_accounts_are_forgotten_in_the_order_in_which_they_tried_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "_ACCOUNTS", 2)
    booth = Booth()
    first, second, third = [replace(PHONE, account=str(number)) for number in range(3)]
    for where in (*[first] * 4, *[second] * 5, first, third):
        assert "not valid" in await booth.say(where, "link", "WRNG-WRNG")
    assert "Too many codes" in await booth.say(first, "link", "WRNG-WRNG")
    assert "not valid" in await booth.say(second, "link", "WRNG-WRNG")


async def test_accounts_that_were_warned_are_forgotten_in_the_order_in_which_they_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linking, "_ACCOUNTS", 2)
    booth = Booth()
    code = await booth.code(DESK)
    first, second, third = [replace(PHONE, account=str(number)) for number in range(3)]
    for where in (first, second, first, third):
        await booth.say(where, "link", code)
    assert "Are both accounts yours?" in await booth.say(second, "link", f"{code} yes")
    assert "are joined" in await booth.say(third, "link", f"{code} yes")


# Parting


async def test_a_joined_account_leaves_when_it_asks(booth: Booth) -> None:
    await booth.join(DESK, PHONE)
    await booth.join(DESK, LAPTOP)
    page = await booth.page("unlink", where=PHONE)
    assert "This parts this account from the others." in page.text
    assert booth.changes_nothing
    (choice,) = page.choices
    assert (choice.label, page.default) == ("Part them", None)
    assert "are parted" in await booth.say(PHONE, choice.command, choice.argument)
    assert [one.platform for one in booth.answer.leaves] == ["telegram"]
    assert [where for where, _ in booth.told] == [DESK, LAPTOP]
    assert all("joined with yours on Telegram no more" in text for _, text in booth.told)
    assert await booth.store.candidate(PHONE) != await booth.store.candidate(DESK)
    assert await booth.store.candidate(LAPTOP) == await booth.store.candidate(DESK)


async def test_all_joined_accounts_leave_when_the_one_they_joined_asks(booth: Booth) -> None:
    await booth.join(DESK, PHONE)
    await booth.join(DESK, LAPTOP)
    assert "from yours on Telegram and Terminal." in await booth.say(DESK, "unlink")
    assert booth.changes_nothing
    assert "are parted" in await booth.say(DESK, "unlink", " YES ")
    assert [where for where, _ in booth.told] == [PHONE, LAPTOP]
    assert all("joined with yours on Discord no more" in text for _, text in booth.told)
    assert len({await booth.store.candidate(where) for where in (DESK, PHONE, LAPTOP)}) == 3


async def test_an_account_of_which_nobody_knows_where_it_is_is_not_told(booth: Booth) -> None:
    await booth.join(DESK, replace(PHONE, chat=""))
    assert "are parted" in await booth.say(DESK, "unlink", "yes")
    assert booth.told == []


async def test_where_nothing_is_joined_nothing_is_parted(booth: Booth) -> None:
    assert "joined with no other" in await booth.say(DESK, "unlink", "yes")
    assert booth.changes_nothing


@pytest.mark.parametrize("asking", [DESK, PHONE])
async def test_an_open_interview_keeps_the_account_on_which_it_was_begun(booth: Booth, asking: Conversation) -> None:
    await booth.join(DESK, PHONE)
    candidate = await booth.store.candidate(DESK)
    _, (said,) = await booth.ask("unlink", "yes", new_interview(candidate, PHONE), where=asking)
    assert "was begun on an account that would leave" in said.text
    assert booth.changes_nothing
    await booth.ask("unlink", "yes", new_interview(candidate, DESK), where=asking)
    assert booth.answer.leaves


async def test_who_has_something_worked_on_waits_before_parting(booth: Booth) -> None:
    await booth.join(DESK, PHONE)
    booth.busy.add(await booth.store.candidate(DESK))
    assert "still working on one of your answers" in await booth.say(PHONE, "unlink", "yes")
    assert booth.changes_nothing
