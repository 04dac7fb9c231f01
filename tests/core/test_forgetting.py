"""What is answered to `forget`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.effects import Send
from core.messages import Outbound, OutboundKind
from core.model import Conversation, Phase
from tests.contracts.sample import CONVERSATION, new_interview
from tests.contracts.steps import joined
from tests.core.counter import Counter

PHONE, DESK = Conversation("telegram", "17", "17"), Conversation("discord", "99", "42")
OPEN = new_interview()
BACKUPS = "Backups that the owner of this machine has made may still hold it: ask them about those."
OVER = replace(OPEN, phase=Phase.FINISHED)


@pytest.fixture
def counter() -> Counter:
    return Counter()


async def said(
    counter: Counter, argument: str = "", where: Conversation = CONVERSATION, command: str = "forget"
) -> Outbound:
    """The one message that follows."""
    _, [page] = await counter.ask(command, argument, where=where)
    return page


async def test_what_is_deleted_is_told_before_and_one_may_keep_it(counter: Counter) -> None:
    for _ in range(3):
        await counter.keep(OVER)
    page = await said(counter)
    assert page.kind is OutboundKind.MENU
    assert page.text.splitlines() == [
        "Delete everything?",
        "This deletes for good all that I have kept of you:",
        "Your 3 interviews, with every answer, feedback and report.",
        "The sound of your voice notes, where you let me keep it.",
        "Your settings, and messages to you that have not been sent yet.",
        "That I know this account.",
        f"Nobody can bring it back. {BACKUPS}",
    ]
    pressed = [(one.label, one.command, one.argument, one.turn) for one in page.choices]
    assert pressed == [("Delete everything", "forget", "yes", None), ("Keep it", "forget", "no", None)]
    assert not any(one.stays for one in page.choices)
    assert page.default is None
    assert not counter.answer.forgets


async def test_whoever_has_one_or_none_is_told_so(counter: Counter) -> None:
    assert "Your interviews, of which there are none." in (await said(counter)).text
    await counter.keep(OVER)
    assert "Your 1 interview, with every answer" in (await said(counter)).text
    assert "of which there are none" in (await said(counter, where=PHONE)).text


async def test_an_open_interview_ends_with_it_and_goes_on_until_then(counter: Counter) -> None:
    await counter.keep(OPEN)
    after, [page] = await counter.ask("forget", "", OPEN)
    assert after == OPEN
    assert "The interview that is open now, which ends without a report." in page.text
    after, [page] = await counter.ask("forget", "no", OPEN)
    assert after == OPEN
    assert page.text == "I have deleted nothing. /forget asks you again."
    assert not counter.answer.forgets


@pytest.mark.parametrize("argument", ["yes", " YES ", "Yes"])
async def test_yes_deletes_whether_it_is_typed_or_pressed(counter: Counter, argument: str) -> None:
    await counter.keep(OPEN)
    after, [page] = await counter.ask("forget", argument, OPEN)
    assert after is None
    assert counter.answer.effects == (Send(page),)
    assert counter.answer.forgets
    assert not counter.answer.forgets_recordings
    assert page.text == (
        f"All that I had kept of you is deleted. {BACKUPS} If you write to me again, I do not know you."
    )
    assert page.choices == ()


@pytest.mark.parametrize("argument", ["no", "yes please", "everything", "y", "yes yes", "\0"])
async def test_nothing_else_deletes(counter: Counter, argument: str) -> None:
    await said(counter, argument)
    assert not counter.answer.forgets


@pytest.mark.parametrize(("where", "carrier"), [(PHONE, "Telegram"), (DESK, "Discord")])
async def test_the_messages_of_the_chat_are_for_the_candidate_to_delete(
    counter: Counter, where: Conversation, carrier: str
) -> None:
    told = f"The messages themselves are kept by {carrier}: only you can delete them there."
    assert told in (await said(counter, "yes", where)).text


async def test_accounts_that_are_joined_are_forgotten_together_and_both_are_named(counter: Counter) -> None:
    await counter.store.candidate(PHONE)
    await joined(counter.store, DESK, PHONE)
    page = await said(counter, "", DESK)
    link = "That I know this account, and its link with your account on Telegram, which I forget as well."
    assert link in page.text.splitlines()
    assert "your account on Discord" in (await said(counter, "", PHONE)).text
    done = await said(counter, "yes", PHONE)
    assert done.text == (
        "All that I had kept of you is deleted. So is all of your account on Discord. "
        f"{BACKUPS} The messages themselves are kept by Telegram and "
        "Discord: only you can delete them there. If you write to me again, I do not know you."
    )


async def test_several_on_one_platform_are_named_once(counter: Counter) -> None:
    others = [replace(PHONE, account=account) for account in ("18", "19")]
    for other in others:
        await joined(counter.store, other, DESK)
    assert "with your accounts on Telegram, which I forget" in (await said(counter, "", DESK)).text
    assert "with your accounts on Discord and Telegram, which" in (await said(counter, "", others[0])).text


async def test_what_is_typed_wrong_finds_it(counter: Counter) -> None:
    assert "/forget" in (await said(counter, command="forgt")).text
