"""What is sent is worded as its candidate wants it, and what they want is looked up only where it matters."""

from __future__ import annotations

import pytest

from core.effects import AwaitReport, Effect, Send
from core.messages import Block, BlockStyle, Outbound, OutboundKind
from core.model import Preferences
from core.ports import Change
from core.runner.manner import Manner
from core.speech import ReplyStyle
from tests.contracts.sample import CONVERSATION

QUESTION = Outbound(OutboundKind.QUESTION, (Block(BlockStyle.TEXT, "Why?"),), spoken="Why?")
FIGURES = Outbound(OutboundKind.FEEDBACK, (Block(BlockStyle.TEXT, "3.0 of 5", calm="Good."),))


class Wishes:
    """A store that knows what a candidate wants, and counts how often it is asked for that."""

    def __init__(self, wanted: Preferences) -> None:
        self._wanted = wanted
        self.asked = 0

    async def preferences(self, candidate: int) -> Preferences:
        self.asked += 1
        return self._wanted


def manner(wishes: Wishes, *, speaks: bool = True, reply: ReplyStyle | None = None) -> Manner:
    return Manner(wishes, speaks=speaks, reply=reply)  # type: ignore[arg-type]


def change(*messages: Outbound, preferences: Preferences | None = None) -> Change:
    effects: tuple[Effect, ...] = (*map(Send, messages), AwaitReport())
    return Change(1, CONVERSATION, effects=effects, preferences=preferences)


def spoken(effects: tuple[Effect, ...]) -> list[str]:
    return [effect.message.spoken for effect in effects if isinstance(effect, Send)]


@pytest.mark.parametrize(
    ("reply", "heard"), [(ReplyStyle.TEXT, [""]), (ReplyStyle.VOICE, ["Why?"]), (ReplyStyle.BOTH, ["", "Why?"])]
)
async def test_questions_come_as_the_candidate_wants(reply: ReplyStyle, heard: list[str]) -> None:
    wishes = Wishes(Preferences(reply=reply))
    effects = await manner(wishes).worded(change(QUESTION))
    assert spoken(effects) == heard
    assert effects[-1] == AwaitReport()
    assert wishes.asked == 1


async def test_where_nothing_can_be_spoken_nothing_is_and_nobody_is_asked() -> None:
    wishes = Wishes(Preferences(reply=ReplyStyle.VOICE))
    assert spoken(await manner(wishes, speaks=False).worded(change(QUESTION))) == [""]
    assert wishes.asked == 0
    assert spoken(await manner(wishes, speaks=False).worded(change(QUESTION, FIGURES))) == ["", ""]


async def test_who_runs_the_bot_for_themselves_can_say_how_questions_come() -> None:
    wishes = Wishes(Preferences())
    assert spoken(await manner(wishes, reply=ReplyStyle.VOICE).worded(change(QUESTION))) == ["Why?"]


async def test_what_is_chosen_with_the_very_message_counts_at_once() -> None:
    wishes = Wishes(Preferences(reply=ReplyStyle.VOICE, hide_numbers=True))
    effects = await manner(wishes).worded(change(QUESTION, FIGURES, preferences=Preferences()))
    assert spoken(effects) == ["", ""]
    assert effects[1] == Send(FIGURES)


async def test_numbers_are_hidden_from_who_wants_none() -> None:
    wishes = Wishes(Preferences(hide_numbers=True))
    effects = await manner(wishes).worded(change(FIGURES))
    assert isinstance(effects[0], Send)
    assert effects[0].message.text == "Good."


async def test_a_message_without_numbers_or_speech_asks_for_nothing() -> None:
    wishes = Wishes(Preferences())
    await manner(wishes).worded(change(Outbound(OutboundKind.NOTICE, (Block(BlockStyle.TEXT, "Hello."),))))
    assert wishes.asked == 0
