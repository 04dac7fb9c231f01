"""How messages become an answer, and what comes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import policy
from core.effects import AssessAnswer, ConsiderAnswer, Send, SettleAnswer
from core.engine import UnexpectedEvent
from core.events import AnswerConsidered, AnswerSettled, MessageReceived
from core.messages import OutboundKind
from core.model import AnswerKind, Consideration, Outcome, Phase
from core.model import UtteranceKind as Kind
from tests.contracts.sample import INCIDENT, NOW, QUEUES
from tests.core.sitting import ADDRESS, TALKING, TOO_LONG, Sitting, in_phase, kinds, words


def test_messages_in_a_row_are_one_answer() -> None:
    sitting = Sitting()
    assert sitting.say("I saw the error first.") == (SettleAnswer(0, 1),)
    assert sitting.say("Then I rolled back.") == (SettleAnswer(0, 2),)
    with pytest.raises(UnexpectedEvent):
        sitting.give(AnswerSettled(0, 1, NOW))
    assert sitting.give(AnswerSettled(0, 2, NOW)) == (ConsiderAnswer(0, 2),)
    assert sitting.turn.answer_text == "I saw the error first.\nThen I rolled back."


def test_what_is_said_while_the_answer_is_considered_belongs_to_it() -> None:
    sitting = Sitting()
    sitting.say("I saw the error first.")
    sitting.settle()
    sitting.say("Then I rolled back.")
    assert sitting.phase is Phase.ASKING
    with pytest.raises(UnexpectedEvent) as unexpected:
        sitting.give(AnswerConsidered(0, 1, Consideration(AnswerKind.ANSWER), NOW))
    assert unexpected.value.stale
    sitting.settle()
    with pytest.raises(UnexpectedEvent):
        sitting.give(AnswerConsidered(0, 1, Consideration(AnswerKind.ANSWER), NOW))
    sitting.consider()
    assert len(sitting.interview.turns[0].answers) == 2


def test_an_edit_changes_the_answer_and_the_gap_begins_anew() -> None:
    sitting = Sitting()
    sitting.say("I rolled bakc.", "first")
    sitting.say("Then I slept.", "second")
    effects = sitting.edit("I rolled back.", "first")
    assert effects[-1] == SettleAnswer(0, 3)
    assert sitting.turn.answer_text == "I rolled back.\nThen I slept."
    assert "Changed" in sitting.last


def test_an_edit_while_considering_takes_the_answer_back() -> None:
    sitting = Sitting()
    sitting.say("I rolled bakc.", "first")
    sitting.settle()
    sitting.edit("I rolled back.", "first")
    phases = [sitting.phase]
    sitting.settle()
    assert [*phases, sitting.phase] == [Phase.ASKING, Phase.CONSIDERING]


@pytest.mark.parametrize(("text", "message_id"), [("Too late.", "m1"), ("Unknown.", "none"), ("…", "m2")])
def test_an_edit_does_not_fit_after_the_answer_was_taken_or_without_words(text: str, message_id: str) -> None:
    sitting = Sitting()
    sitting.answer("I rolled back.", AnswerKind.ANSWER, "And what about load?", "buffer")
    sitting.say("It absorbs the load.")
    before = sitting.interview
    with pytest.raises(UnexpectedEvent):
        sitting.edit(text, message_id)
    assert sitting.interview == before


def test_an_answer_that_is_too_long_is_kept_and_does_not_count() -> None:
    sitting = Sitting()
    effects = sitting.say(TOO_LONG)
    assert [type(effect) for effect in effects] == [Send]
    assert kinds(sitting) == [Kind.QUESTION, Kind.TOO_LONG]
    assert "2,001 words" in sitting.last
    with pytest.raises(UnexpectedEvent):
        sitting.settle()
    sitting.answer("The short version: I rolled back.")
    assert sitting.interview.turns[0].answer_text == "The short version: I rolled back."


def test_an_answer_of_few_words_and_endless_characters_is_too_long_too() -> None:
    sitting = Sitting()
    sitting.say("a" * (policy.MAX_ANSWER_CHARACTERS + 1))
    assert "20,001 characters" in sitting.last
    assert kinds(sitting) == [Kind.QUESTION, Kind.TOO_LONG]


def test_the_limit_holds_for_all_messages_of_an_answer_together() -> None:
    sitting = Sitting()
    sitting.say(words(1500))
    effects = sitting.say(words(501))
    assert kinds(sitting) == [Kind.QUESTION, Kind.ANSWER, Kind.TOO_LONG]
    assert effects[-1] == SettleAnswer(0, 2)


def test_the_limit_of_characters_holds_for_all_messages_together() -> None:
    sitting = Sitting()
    for _ in range(3):
        sitting.say("a" * 9_000)
    assert kinds(sitting) == [Kind.QUESTION, Kind.ANSWER, Kind.ANSWER, Kind.TOO_LONG]


def test_the_limit_holds_for_edits() -> None:
    sitting = Sitting()
    sitting.say("Short.", "first")
    effects = sitting.edit(TOO_LONG, "first")
    assert kinds(sitting) == [Kind.QUESTION, Kind.TOO_LONG]
    assert "2,001 words" in sitting.last
    assert not any(isinstance(effect, SettleAnswer) for effect in effects)


def test_a_message_that_was_too_long_can_be_edited_shorter() -> None:
    sitting = Sitting()
    sitting.say(TOO_LONG, "first")
    effects = sitting.edit("I rolled back.", "first")
    assert kinds(sitting) == [Kind.QUESTION, Kind.ANSWER]
    assert effects[-1] == SettleAnswer(0, sitting.turn.revision)


def test_what_is_kept_of_an_endless_message_has_a_limit() -> None:
    sitting = Sitting()
    sitting.say("a" * (policy.MAX_KEPT_CHARACTERS + 1), "first")
    assert len(sitting.turn.utterances[-1].text) == policy.MAX_KEPT_CHARACTERS
    assert "The first 2,000,000 characters are kept" in sitting.last
    sitting.edit("b" * (policy.MAX_KEPT_CHARACTERS + 1), "first")
    assert len(sitting.turn.utterances[-1].text) == policy.MAX_KEPT_CHARACTERS


def test_a_megabyte_is_kept_whole() -> None:
    sitting = Sitting()
    sitting.say("a" * 1_000_000)
    assert len(sitting.turn.utterances[-1].text) == 1_000_000
    assert "It is kept in your transcript but does not count." in sitting.last


@pytest.mark.parametrize("phase", TALKING)
def test_a_message_without_words_is_no_answer(phase: Phase) -> None:
    sitting = in_phase(phase)
    before = sitting.interview
    sitting.say("👍 …")
    assert sitting.interview == before
    assert "any words" in sitting.last


def test_a_message_while_paused_does_not_fit() -> None:
    with pytest.raises(UnexpectedEvent):
        in_phase(Phase.PAUSED).say("I also called the shop.")


def test_at_most_three_follow_ups_are_asked() -> None:
    sitting = Sitting()
    for number in range(3):
        sitting.answer(follow_up=f"What about part {number}?")
        assert sitting.sent[-1].kind is OutboundKind.FOLLOW_UP
    sitting.answer(follow_up="What about part 4?")
    assert sitting.turn.question == INCIDENT
    assert sitting.interview.turns[0].count(Kind.FOLLOW_UP) == 3


def test_nobody_gets_the_same_follow_up_twice() -> None:
    sitting = Sitting()
    sitting.answer(follow_up="What about load?")
    sitting.answer(follow_up="What about load?")
    assert sitting.turn.question == INCIDENT


def test_who_has_no_answer_is_encouraged_once() -> None:
    sitting = Sitting()
    sitting.answer(kind=AnswerKind.NON_ANSWER)
    assert QUEUES.hint in sitting.last
    sitting.answer(kind=AnswerKind.NON_ANSWER)
    assert sitting.interview.turns[0].outcome is Outcome.NOT_ANSWERED
    assert sitting.interview.turns[0].assessment is not None
    assert sitting.interview.turns[0].assessment.reason == "non_answer"
    assert "Never mind" in sitting.last


def test_who_talks_of_something_else_is_brought_back_once() -> None:
    sitting = Sitting()
    sitting.answer(kind=AnswerKind.OFF_TOPIC)
    assert QUEUES.text in sitting.last
    sitting.answer(kind=AnswerKind.OFF_TOPIC)
    taken = sitting.interview.turns[0]
    assert (taken.outcome, taken.assessment and taken.assessment.reason) == (Outcome.NOT_ANSWERED, "off_topic")
    assert taken.assessment is not None
    assert taken.assessment.missed == ("buffer", "retry", "idempotent")


def test_no_answer_to_a_follow_up_leaves_the_answer_before_it() -> None:
    sitting = Sitting()
    sitting.answer(follow_up="What about load?")
    effects = sitting.answer(kind=AnswerKind.NON_ANSWER)
    assert sitting.interview.turns[0].outcome is Outcome.ANSWERED
    assert AssessAnswer(0) in effects
    assert sitting.interview.turns[0].count(Kind.NON_ANSWER) == 1


@pytest.mark.parametrize(
    ("kind", "outcome"), [(AnswerKind.SKIP, Outcome.SKIPPED), (AnswerKind.STOP, Outcome.UNFINISHED)]
)
def test_a_wish_found_by_the_interviewer_is_done_and_is_no_answer(kind: AnswerKind, outcome: Outcome) -> None:
    sitting = Sitting()
    effects = sitting.answer("I would rather we left this one out, to be honest with you.", kind)
    assert sitting.interview.turns[0].outcome is outcome
    assert not any(isinstance(effect, AssessAnswer) for effect in effects)
    assert sitting.interview.turns[0].utterances[1].kind is Kind.WISH


@pytest.mark.parametrize(
    ("kind", "sent"),
    [(AnswerKind.CLARIFY, "In other words"), (AnswerKind.REPEAT, QUEUES.text), (AnswerKind.HINT, QUEUES.hint)],
)
def test_a_wish_found_by_the_interviewer_waits_for_the_answer(kind: AnswerKind, sent: str) -> None:
    sitting = Sitting()
    sitting.answer("Say, what is it that this question wants to hear from me, exactly?", kind)
    assert sitting.phase is Phase.ASKING
    assert sent in sitting.last
    assert not sitting.turn.answers
    with pytest.raises(UnexpectedEvent):
        sitting.settle()
    sitting.answer("It absorbs load.")
    assert sitting.interview.turns[0].answer_text == "It absorbs load."


def by_model(follow_up: str = "", kind: AnswerKind = AnswerKind.ANSWER) -> Consideration:
    return Consideration(kind, follow_up=follow_up, made_by="small", worded_by="small")


def by_rules(follow_up: str = "", kind: AnswerKind = AnswerKind.ANSWER) -> Consideration:
    return Consideration(kind, follow_up=follow_up, stand_in=True)


def said_with(sitting: Sitting, considered: Consideration) -> list[str]:
    """What follows an answer that is considered like that."""
    before = len(sitting.sent)
    sitting.say("It absorbs load.")
    sitting.settle()
    sitting.considered(considered)
    return [one.text for one in sitting.sent[before:]]


def test_who_considered_and_who_worded_a_follow_up_is_kept() -> None:
    sitting = Sitting()
    said_with(sitting, by_model("And what about load?"))
    assert (sitting.turn.interviewer, sitting.turn.stand_in) == ("small", False)
    assert sitting.turn.utterances[-1].made_by == "small"
    said_with(sitting, replace(by_model("How do you know?"), worded_by="rules"))
    assert sitting.turn.interviewer == "small"
    assert sitting.turn.utterances[-1].made_by == "rules"
    said_with(sitting, by_rules("And what about retries?"))
    assert (sitting.turn.interviewer, sitting.turn.stand_in) == ("rules", True)
    assert sitting.turn.utterances[-1].made_by == "rules"


def test_that_the_rules_stand_in_is_said_once_until_the_model_is_back() -> None:
    sitting = Sitting()
    told = [
        "I go on by rules" in said_with(sitting, considered)[0]
        for considered in (
            by_rules("And what about load?"),
            by_rules(),
            by_rules(kind=AnswerKind.REPEAT),
            by_model("And what did you see?"),
            by_rules("And then?"),
        )
    ]
    assert told == [True, False, False, False, True]


@pytest.mark.parametrize("kind", [AnswerKind.NON_ANSWER, AnswerKind.REPEAT, AnswerKind.SKIP])
@pytest.mark.parametrize("stands_in", [True, False])
def test_an_answer_that_no_model_was_needed_for_changes_nothing_about_that(
    kind: AnswerKind,
    stands_in: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    sitting = Sitting()
    said_with(sitting, by_rules("And what about load?"))
    if not stands_in:
        said_with(sitting, by_model("And what did you see?"))
    said_with(sitting, Consideration(kind))
    turn = sitting.interview.turns[0]
    assert (turn.interviewer, turn.stand_in) == (("rules", True) if stands_in else ("small", False))
    told = said_with(sitting, by_rules("And then?"))
    assert ("I go on by rules" in told[0]) is not stands_in


def test_a_question_that_no_model_was_needed_for_is_passed_over() -> None:
    sitting = Sitting()
    said_with(sitting, by_rules())
    said_with(sitting, Consideration(AnswerKind.SKIP))
    assert (sitting.interview.turns[1].interviewer, sitting.interview.turns[1].stand_in) == ("rules", False)
    assert "I go on by rules" not in said_with(sitting, by_rules("And then?"))[0]


def test_rules_that_stand_in_for_nobody_are_no_news() -> None:
    sitting = Sitting()
    assert len(said_with(sitting, Consideration(AnswerKind.ANSWER, follow_up="And then?"))) == 1


@pytest.mark.parametrize(
    ("turn", "address"), [(0, ADDRESS), (0, ""), (None, ADDRESS), (None, ADDRESS.removeprefix("#")), (None, "")]
)
def test_what_is_written_into_the_form_of_the_question_is_its_answer(turn: int | None, address: str) -> None:
    sitting = Sitting()
    sitting.give(MessageReceived("It absorbs load.", "m1", NOW, turn, address))
    assert sitting.turn.answer_text == "It absorbs load."


@pytest.mark.parametrize(("turn", "address"), [(0, ADDRESS), (None, "#another"), (1, "#another"), (2, ADDRESS)])
def test_what_is_written_into_the_form_of_another_question_or_interview_is_refused(
    turn: int | None, address: str
) -> None:
    sitting = Sitting()
    sitting.answer()
    before = sitting.interview
    assert sitting.refuses(MessageReceived("It absorbs load.", "late", NOW, turn, address)).stale
    assert sitting.interview == before
