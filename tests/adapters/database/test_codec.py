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
from adapters.database.words import StoredWords
from core.accounts import Account, CodeMaker, LinkCode
from core.effects import Effect, Send
from core.messages import Block, BlockStyle, Outbound, OutboundKind
from core.model import Conversation, Phase, Preferences, Stronger
from core.ports import Change
from core.speech import ReplyStyle, Span, Spoken, Word
from tests.contracts.sample import CONVERSATION, NOW, ROLES, answer, assessment, new_interview, report
from tests.contracts.sample import spoken as heard

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
        "words": ["a\ufffd"],
        "figures": "0 101 99",
        "spans": [[0.11, 10.0]],
        "kept": True,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"words": ["a", "b"]},
        {"words": [], "figures": "7"},
        {"words": [["a", 1, 2, 3]]},
        {"words": None},
        {"figures": "0 100"},
        {"figures": "0 100 90 0 100 90"},
        {"figures": "0 1.5 90"},
        {"figures": "0  90"},
        {"figures": " 0 100 90"},
        {"figures": None},
        {"spans": [["x", 1]]},
        {"kept": "perhaps"},
        {"note": 5},
    ],
)
def test_what_cannot_have_been_spoken_is_refused(changes: dict[str, object]) -> None:
    document = {"note": "n1", "seconds": 1.0, "words": ["a"], "figures": "0 100 90", "spans": [[0, 1]], "kept": False}
    assert decode_spoken(document) is not None
    with pytest.raises(ValueError, match=r"validation error|figures"):
        decode_spoken(document | changes)


def test_words_are_made_when_they_are_looked_at_and_compare_as_a_tuple_does() -> None:
    spoken = Spoken("n1", 2.0, (Word("a", -0.01, 0.35, 0.9), Word("b", 0.35, 2.0, 1.0)), (Span(0.0, 2.0),))
    stored = decode_spoken(encode_spoken(spoken))
    assert stored
    assert isinstance(stored.words, StoredWords)
    assert (len(stored.words), stored.words._made) == (2, None)
    assert (stored, hash(stored), repr(stored)) == (spoken, hash(spoken), repr(spoken))
    assert stored.words._made is not None
    assert stored == decode_spoken(encode_spoken(stored)) != replace(spoken, words=spoken.words[:1])
    assert (stored.words[0], stored.words[1:], [*stored.words]) == (spoken.words[0], spoken.words[1:], [*spoken.words])
    assert stored.words != ["a", "b"]
    empty = replace(spoken, words=())
    assert decode_spoken(encode_spoken(empty)) == empty


async def test_nobody_waits_for_words_that_nobody_looks_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interview with many long notes is loaded at every message and every few seconds while one is listened to."""
    said = [replace(answer("We retry.", note), spoken=heard(note, "We", "retry.")) for note in ("n1", "n2")]
    turn = replace(new_interview().turns[0], utterances=(*new_interview().turns[0].utterances, *said))
    async with connect("sqlite://:memory:", ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        begun = replace(new_interview(candidate), turns=(turn,))
        await store.save(Change(candidate, CONVERSATION, None, begun))
        monkeypatch.setattr(StoredWords, "_words", None)  # whoever looks at them fails
        loaded = await store.current_interview(candidate)
        assert loaded
        more = replace(loaded.turns[0], utterances=(*loaded.turns[0].utterances, answer("And more.", "m9")))
        saved = await store.save(Change(candidate, CONVERSATION, loaded, replace(loaded, turns=(more,))))
        assert saved.interview


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_text_that_can_be_stored_stays_as_it_is(text: str) -> None:
    assert storable_text(text) == text


@given(st.text(st.characters() | st.characters(categories=["Cs"])))
def test_every_text_can_be_stored(text: str) -> None:
    storable_text(text).encode()


@pytest.mark.parametrize(
    ("text", "stored"), [(LONE, SAFE), ("\ud83d\ude00", "😀"), ("\udc00\ud800", "\ufffd\ufffd"), ("a\0", "a\ufffd")]
)
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
