from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.database.codec import (
    EFFECT_KINDS,
    decode_effect,
    decode_preferences,
    decode_report,
    decode_spoken,
    encode_spoken,
    storable_text,
)
from adapters.database.connection import connect
from core.accounts import Account, CodeMaker, LinkCode
from core.effects import Effect, Send
from core.messages import Block, BlockStyle, Outbound, OutboundKind
from core.model import Conversation, Phase, Preferences, Stronger
from core.ports import Change
from core.speech import ReplyStyle, Span, Spoken, Word
from tests.contracts.sample import NOW, ROLES, answer, assessment, new_interview, report

LONE = "a\ud800b"
SAFE = "a\ufffdb"


def test_every_effect_has_a_word_of_its_own() -> None:
    assert sorted(EFFECT_KINDS.values(), key=str) == sorted(get_args(Effect), key=str)


def test_an_unknown_effect_is_refused() -> None:
    with pytest.raises(ValueError, match="dance"):
        decode_effect("dance", {})


@pytest.mark.parametrize(
    ("document", "preferences"),
    [
        ({}, Preferences()),
        ({"hide_numbers": True}, Preferences(hide_numbers=True)),
        ({"hide_numbers": True, "colour": "red"}, Preferences(hide_numbers=True)),
        ({"colour": "red"}, Preferences()),
        ({"reply": "both", "language": ""}, Preferences(reply=ReplyStyle.BOTH, language="")),
        ({"hide_numbers": True, "keep_recordings": True}, Preferences(hide_numbers=True, keep_recordings=True)),
    ],
)
def test_preferences_of_another_version_are_taken_as_far_as_they_go(
    document: dict[str, object], preferences: Preferences
) -> None:
    assert decode_preferences(document) == preferences


# As the version before stored them.
OLD_MESSAGE: dict[str, object] = {
    "message": {
        "kind": "notice",
        "blocks": [{"style": "text", "text": "Hello.", "level": None, "calm": None}],
        "choices": [],
        "default": None,
        "report": None,
        "replaces": "",
        "document": None,
    },
    "to": None,
}
OLD_REPORT: dict[str, object] = {
    "role_title": "Tester",
    "mode": "mock",
    "seniority": "mid",
    "planned": 3,
    "assessed": 1,
    "improvements": [{"number": 1, "criterion": "structure", "text": "Short.", "quote": "we", "advice": "Go on."}],
    "ended_early": False,
    "assessors": ["rules"],
    "self_rating": None,
}


def test_a_message_of_before_there_were_voices_is_read() -> None:
    assert decode_effect("send", OLD_MESSAGE) == Send(
        Outbound(OutboundKind.NOTICE, (Block(BlockStyle.TEXT, "Hello."),), spoken="", excerpt=None, answers="")
    )


def test_a_report_of_before_there_were_voices_is_read() -> None:
    read = decode_report(3.7, OLD_REPORT)
    assert (read.total, read.improvements[0].advice, read.delivery, read.usual_pace) == (3.7, "Go on.", None, None)


def test_what_was_spoken_is_stored_in_short_and_to_a_hundredth() -> None:
    spoken = Spoken("n1", 12.3456, (Word("a\ud800", 0.004, 1.006, 0.98765),), (Span(0.111, 9.999),), kept=True)
    assert encode_spoken(spoken) == {
        "note": "n1",
        "seconds": 12.35,
        "words": [["a\ufffd", 0.0, 1.01, 0.99]],
        "spans": [[0.11, 10.0]],
        "kept": True,
    }


@pytest.mark.parametrize(
    "changes", [{"words": [["a", 1.0, 2.0]]}, {"words": None}, {"spans": [["x", 1]]}, {"kept": "perhaps"}, {"note": 5}]
)
def test_what_cannot_have_been_spoken_is_refused(changes: dict[str, object]) -> None:
    document = {"note": "n1", "seconds": 1.0, "words": [["a", 0.0, 1.0, 0.9]], "spans": [[0.0, 1.0]], "kept": False}
    assert decode_spoken(document) is not None
    with pytest.raises(ValueError, match="validation error"):
        decode_spoken(document | changes)


@given(st.text())
def test_text_that_can_be_stored_stays_as_it_is(text: str) -> None:
    assert storable_text(text) == text


@given(st.text(st.characters() | st.characters(categories=["Cs"])))
def test_every_text_can_be_stored(text: str) -> None:
    storable_text(text).encode()


@pytest.mark.parametrize(("text", "stored"), [(LONE, SAFE), ("\ud83d\ude00", "😀"), ("\udc00\ud800", "\ufffd\ufffd")])
def test_half_a_character_is_replaced_and_two_halves_are_joined(text: str, stored: str) -> None:
    assert storable_text(text) == stored


async def test_half_characters_cannot_harm_wherever_they_are() -> None:
    conversation = Conversation("terminal", LONE, LONE)
    turn = replace(new_interview().turns[0], utterances=(replace(answer(LONE, LONE), made_by=LONE),))
    stronger, disputed = Stronger(LONE, (LONE,), LONE), replace(assessment(), model=LONE)
    turn = replace(turn, stronger=stronger, disputed=disputed, interviewer=LONE)
    told = Send(Outbound(OutboundKind.NOTICE, (Block(BlockStyle.TEXT, LONE),)))
    async with connect("sqlite://:memory:", ROLES) as store:
        candidate = await store.candidate(conversation)
        assert await store.candidate(conversation) == candidate
        interview = replace(
            new_interview(candidate, conversation), turns=(turn,), report=replace(report(), role_title=LONE)
        )
        change = Change(candidate, conversation, None, interview, (told,), LONE)
        saved = (await store.save(change)).interview
        assert saved is not None
        paused = replace(saved, phase=Phase.PAUSED)
        await store.save(Change(candidate, conversation, saved, paused))
        loaded = await store.current_interview(candidate)
        assert loaded is not None
        assert loaded.turns[0] == replace(
            turn,
            utterances=(replace(answer(SAFE, SAFE), made_by=SAFE),),
            stronger=Stronger(SAFE, (SAFE,), SAFE),
            disputed=replace(assessment(), model=SAFE),
            interviewer=SAFE,
        )
        assert (loaded.conversation.chat, loaded.phase) == (SAFE, Phase.PAUSED)
        assert loaded.report == replace(report(), role_title=SAFE)
        [pending] = await store.pending()
        assert pending.effect == Send(Outbound(OutboundKind.NOTICE, (Block(BlockStyle.TEXT, SAFE),)))
        assert await store.asked(candidate, LONE) == []


async def test_an_account_with_half_a_character_joins_and_leaves_like_any_other() -> None:
    odd, host = Conversation("terminal", LONE, LONE), Conversation("terminal", "here", "host")
    async with connect("sqlite://:memory:", ROLES) as store:
        home, left = await store.candidate(host), await store.candidate(odd)
        await store.save(Change(home, host, code=LinkCode(LONE, NOW)))
        assert await store.code_maker(LONE, NOW - timedelta(minutes=1)) == CodeMaker(home, host)
        await store.save(Change(left, odd, joins=LONE))
        assert await store.accounts(home) == [
            Account("terminal", "host", chat="here"),
            Account("terminal", SAFE, joined=True, chat=SAFE),
        ]
        await store.save(Change(home, odd, leaves=(Account("terminal", LONE, joined=True),)))
        assert await store.candidate(odd) == left
