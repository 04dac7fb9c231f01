"""Each persona is reached and left, good answers trip none, and the candidate sees the difference."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.events import Command
from core.model import AnswerKind, Mode, Outcome, Persona, Phase, Turn, Utterance
from core.model import UtteranceKind as Kind
from core.persona import persona
from tests.contracts.sample import DEADLINE, INCIDENT, NOW, QUEUES, new_interview
from tests.core.sitting import Sitting, words

GOOD = (
    "I opened the admin panel, saw the queue grow, and rolled the release back before the shop noticed anything. Then "
    "I wrote a test for the cause, asked a colleague to review it, and we released again the same afternoon with a "
    "flag, watching the error rate for an hour until it stayed under half a percent. In the end we wrote down what had "
    "happened."
)
HEDGING = "I guess maybe a restart, not sure."
MIDDLING = words(100)


def test_what_comes_after_very_much_changes_nothing() -> None:
    said = "x" * 20_000 + HEDGING
    silent = turn(said, outcome=Outcome.NOT_ANSWERED, kind=Kind.NON_ANSWER)
    assert persona(replace(new_interview(), turns=(silent, silent))) is Persona.EDGE_CASE


def turn(*said: str, follow_ups: int = 0, outcome: Outcome | None = Outcome.ANSWERED, kind: Kind = Kind.ANSWER) -> Turn:
    """A turn in which each thing said but the last `follow_ups` is followed by a follow-up."""
    utterances = [Utterance(Kind.QUESTION, QUEUES.text, NOW)]
    for place, text in enumerate(said):
        utterances.append(Utterance(kind, text, NOW, f"m{place}"))
        if place < follow_ups:
            utterances.append(Utterance(Kind.FOLLOW_UP, f"And what about part {place}?", NOW))
    return Turn(QUEUES, 1, utterances=tuple(utterances), outcome=outcome)


def of(*turns: Turn) -> Persona:
    interview = new_interview()
    object.__setattr__(interview, "turns", turns)
    return persona(interview)


CONFUSED = turn(HEDGING)
EFFICIENT = turn("I rolled back at once and wrote a test.")
CHATTY = turn(words(400))
EDGE_CASE = turn("asdf jkl", outcome=Outcome.NOT_ANSWERED, kind=Kind.NON_ANSWER)
STANDARD = turn(MIDDLING)
SHOWING = {
    Persona.CONFUSED: CONFUSED,
    Persona.EFFICIENT: EFFICIENT,
    Persona.CHATTY: CHATTY,
    Persona.EDGE_CASE: EDGE_CASE,
}


@pytest.mark.parametrize(("shown", "one"), SHOWING.items())
def test_a_persona_begins_with_two_of_three_and_ends_after_two_others(shown: Persona, one: Turn) -> None:
    assert of() is Persona.STANDARD
    assert of(one) is Persona.STANDARD
    assert of(one, one) is shown
    assert of(one, STANDARD, one) is shown
    assert of(one, STANDARD, STANDARD, one) is Persona.STANDARD
    assert of(one, one, STANDARD) is shown
    assert of(one, one, STANDARD, STANDARD) is Persona.STANDARD


def test_one_persona_follows_another() -> None:
    assert of(CONFUSED, CONFUSED, EFFICIENT, EFFICIENT) is Persona.EFFICIENT
    assert of(CHATTY, CHATTY, EDGE_CASE) is Persona.CHATTY


@pytest.mark.parametrize(
    ("one", "shown"),
    [
        (turn("Not sure, maybe a queue?", "Hm.", follow_ups=2, outcome=None), Persona.STANDARD),
        (turn(HEDGING, HEDGING, follow_ups=2, outcome=None), Persona.CONFUSED),
        (turn("I don’t know.", "I have no clue", outcome=None, follow_ups=2, kind=Kind.NON_ANSWER), Persona.CONFUSED),
        (turn("idk", "dunno", outcome=None, follow_ups=2, kind=Kind.NON_ANSWER), Persona.CONFUSED),
        (turn("Bananas.", "More bananas.", outcome=None, follow_ups=2, kind=Kind.OFF_TOPIC), Persona.EDGE_CASE),
        (turn(words(250), words(250), outcome=None, follow_ups=2), Persona.CHATTY),
        (turn(words(2500), words(2500), outcome=None, follow_ups=2, kind=Kind.TOO_LONG), Persona.CHATTY),
        (turn(words(20), words(20), outcome=None, follow_ups=2), Persona.STANDARD),
        (turn(HEDGING, "Maybe, I guess.", outcome=None), Persona.STANDARD),
    ],
)
def test_what_the_answers_of_one_question_show(one: Turn, shown: Persona) -> None:
    assert of(one) is shown


def test_a_complete_answer_of_200_words_is_just_a_good_answer() -> None:
    assert of(turn(words(250)), turn(words(250))) is Persona.STANDARD


def test_asking_twice_what_is_meant_is_confused() -> None:
    sitting = Sitting()
    sitting.command(Command.CLARIFY)
    assert persona(sitting.interview) is Persona.STANDARD
    sitting.command(Command.CLARIFY)
    assert persona(sitting.interview) is Persona.CONFUSED


def test_a_hint_does_not_end_an_answer() -> None:
    sitting = Sitting()
    sitting.say("I guess maybe a restart.")
    sitting.command(Command.HINT)
    assert persona(sitting.interview) is Persona.STANDARD


def test_a_wish_is_no_answer_and_shows_nothing() -> None:
    sitting = Sitting()
    for kind in (AnswerKind.SKIP, AnswerKind.HINT, AnswerKind.SKIP, AnswerKind.REPEAT):
        sitting.answer("Oh, maybe, I guess you might perhaps do something for me here?", kind)
    assert persona(sitting.interview) is Persona.STANDARD


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"{GOOD} At the hackathon before that, we had tried the same.",
        f"{GOOD} I bypass the cache for logged-in users. Why would one do that? Because their pages differ.",
        f"{GOOD} Ignore the details: what counts is that we maybe lost an hour, kind of.",
    ],
)
def test_good_answers_trip_nothing(text: str) -> None:
    assert of(turn(text, outcome=None, follow_ups=1), turn(text), turn(text, text, follow_ups=1)) is Persona.STANDARD


# What the candidate sees


def after_two(text: str, kind: AnswerKind = AnswerKind.ANSWER) -> Sitting:
    """A sitting at its third question, after two like answers."""
    sitting = Sitting()
    for question in (INCIDENT, DEADLINE):
        sitting.answer(text, kind)
        if sitting.turn.question != question:
            sitting.answer(text, kind)
    return sitting


def test_the_standard_candidate_gets_a_word_of_thanks_and_the_question() -> None:
    shown = after_two(MIDDLING).last.splitlines()
    assert "ank" in shown[0] or "nderstood" in shown[0]
    assert shown[1:] == ["Question 3 of 3 · Planning", DEADLINE.text]


def test_the_efficient_candidate_gets_no_small_talk() -> None:
    sitting = after_two("I rolled back at once.")
    assert persona(sitting.interview) is Persona.EFFICIENT
    assert sitting.last.splitlines() == ["Question 3 of 3 · Planning", DEADLINE.text]


def test_the_efficient_candidate_gets_one_follow_up_unless_a_key_point_is_missing() -> None:
    sitting = after_two("I rolled back at once.")
    sitting.answer("I tell them.", AnswerKind.ANSWER, "What is left out?", "scope")
    assert sitting.turn.count(Kind.FOLLOW_UP) == 1
    assert persona(sitting.interview) is Persona.EFFICIENT
    sitting.answer("The reports.", AnswerKind.ANSWER, "Who is told, and when?", "tell")
    assert sitting.turn.count(Kind.FOLLOW_UP) == 2
    sitting = after_two("I rolled back at once.")
    sitting.answer("I tell them.", AnswerKind.ANSWER, "What is left out?", "scope")
    sitting.answer("The reports.", AnswerKind.ANSWER, "And what else is left out?", "scope")
    assert sitting.phase is Phase.REPORTING


def test_the_confused_candidate_gets_steps_and_a_beginning() -> None:
    sitting = after_two(HEDGING)
    assert persona(sitting.interview) is Persona.CONFUSED
    assert "Take it in steps:" in sitting.last
    assert DEADLINE.hint in sitting.last
    sitting.answer(HEDGING, AnswerKind.ANSWER, "What can be left out?", "scope")
    assert "One or two sentences are enough" in sitting.last


def test_the_chatty_candidate_gets_a_kind_word_and_a_budget() -> None:
    sitting = after_two(words(400))
    assert persona(sitting.interview) is Persona.CHATTY
    assert "a lot of detail" in sitting.last
    assert "120 words" in sitting.last
    sitting.answer(words(400), AnswerKind.ANSWER, "What can be left out?", "scope")
    assert "Two or three sentences" in sitting.last


@pytest.mark.parametrize("kind", [AnswerKind.NON_ANSWER, AnswerKind.OFF_TOPIC])
def test_the_edge_case_gets_a_clear_boundary(kind: AnswerKind) -> None:
    sitting = after_two("asdf jkl", kind)
    assert persona(sitting.interview) is Persona.EDGE_CASE
    boundary = "I can only work with answers to the question."
    assert boundary in sitting.last
    sitting.answer("asdf jkl", kind)
    assert boundary in sitting.last


def test_what_is_shown_again_is_the_plain_question() -> None:
    sitting = after_two(HEDGING)
    sitting.command(Command.REPEAT)
    assert sitting.last.splitlines() == ["Question 3 of 3 · Planning", DEADLINE.text]


def test_coach_feedback_stands_for_small_talk() -> None:
    sitting = Sitting(Mode.COACH)
    sitting.answer(MIDDLING)
    sitting.command(Command.NEXT)
    assert sitting.last.splitlines() == ["Question 2 of 3 · Incidents", INCIDENT.text]


@pytest.mark.parametrize(("shown", "said"), SHOWING.items())
def test_a_reason_to_disagree_says_nothing_of_how_somebody_answers(shown: Persona, said: Turn) -> None:
    asked = Utterance(Kind.REASON_ASKED, "What did I get wrong?", NOW)
    objected = Utterance(Kind.OBJECTION, HEDGING, NOW)
    disputed = replace(said, utterances=(*said.utterances, asked, objected))
    assert of(disputed, disputed) is shown
