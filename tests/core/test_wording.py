"""Every message a candidate can get says something, and its buttons belong to the turn they are under."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from core.effects import Send
from core.events import Command
from core.history import HistoryItem, HistoryPage, Transcript
from core.messages import Block, BlockStyle, Outbound, OutboundKind
from core.model import (
    AnswerKind,
    Mode,
    Outcome,
    Persona,
    Phase,
    Preferences,
    QuestionResult,
    StartRequest,
    Turn,
    Utterance,
)
from core.model import UtteranceKind as Kind
from core.roles import Point, Seniority
from core.speech import ReplyStyle
from core.text import sentences
from core.wording import history as kept
from core.wording import interview as say
from core.wording import menus, pages, settings
from core.wording.assessed import REASONS
from core.wording.pieces import count, listed, sentence
from tests.contracts.sample import DEADLINE, NOW, QUEUES, ROLE, answered_turn, assessment, new_interview, report
from tests.core.exploring import edges
from tests.core.sitting import Sitting

PROBE = Utterance(Kind.FOLLOW_UP, "And what about load?", NOW)
DESK = frozenset({"interview", "report", "transcript", "history", "hear"})
"""What is offered within an interview and answered by the desk."""


def assert_says_something(message: Outbound) -> None:
    assert message.text.strip()
    assert all(block.text.strip() for block in message.blocks)
    assert all((block.level is not None) == (block.style is BlockStyle.SCORE) for block in message.blocks)
    assert all(choice.label and choice.command for choice in message.choices)
    assert message.default is None or message.default in message.choices


@cache
def sent() -> tuple[tuple[Outbound, int], ...]:
    """Every message of every step that can be reached, with the index of the last turn after it."""
    return tuple(
        (effect.message, len(edge.after.turns) - 1)
        for edge in edges()
        if edge.after
        for effect in edge.effects
        if isinstance(effect, Send)
    )


def test_every_message_says_something() -> None:
    for message in {message for message, _ in sent()}:
        assert_says_something(message)


def test_every_button_is_a_command_of_the_turn_it_is_under() -> None:
    for message, turn in sent():
        for choice in message.choices:
            assert choice.turn in {turn, None}
            assert choice.command in {*DESK, *(command.value for command in Command)}
            if choice.turn is None:  # it goes on, or names its question or voice note, or is the desk's
                assert choice.command in {"resume", "retry", "stronger", "disagree", "use", "again", *DESK}
            else:
                assert choice.command != "resume"


def test_questions_follow_ups_and_feedback_have_their_buttons() -> None:
    for message, _ in sent():
        if message.kind in {OutboundKind.QUESTION, OutboundKind.FOLLOW_UP}:
            assert [one.command for one in message.choices] == ["hint", "repeat", "skip", "pause", "stop"]
        if message.kind is OutboundKind.FEEDBACK:
            assert [one.command for one in message.choices] in (["retry", "next"], ["retry", "report"])


def test_what_is_spoken_is_what_is_written_without_what_is_typed() -> None:
    spoken = {message for message, _ in sent() if message.spoken}
    assert {OutboundKind.QUESTION, OutboundKind.FOLLOW_UP, OutboundKind.NOTICE} == {one.kind for one in spoken}
    for message in spoken:
        written = " ".join(message.text.split())
        assert "/" not in message.spoken
        assert all(part in written for part in sentences(message.spoken))


def test_every_question_and_follow_up_is_spoken_and_no_feedback_or_report() -> None:
    for message, _ in sent():
        if message.kind in {OutboundKind.QUESTION, OutboundKind.FOLLOW_UP}:
            assert message.spoken
        elif message.kind is not OutboundKind.NOTICE:
            assert message.spoken == ""


@pytest.mark.parametrize("persona", Persona)
def test_a_question_is_spoken_in_its_very_words_whoever_is_asked(persona: Persona) -> None:
    """So that its sound is made once."""
    interview = new_interview()
    assert say.question(interview, persona).spoken == QUEUES.text
    assert say.question(interview, persona, again=True).spoken == QUEUES.text
    probed = replace(interview, turns=(replace(interview.turns[0], utterances=(PROBE,)),))
    assert say.follow_up(probed, persona).spoken == PROBE.text
    assert say.current(probed).spoken == PROBE.text
    assert say.hint(interview).spoken == QUEUES.hint


def test_what_leads_back_to_a_question_is_spoken_without_the_commands_to_type() -> None:
    interview = new_interview()
    redirected = {persona: say.redirect(interview, persona).spoken for persona in Persona}
    assert redirected.pop(Persona.EDGE_CASE) == (
        f"I can only work with answers to the question. It is about queues: {QUEUES.text}"
    )
    assert set(redirected.values()) == {
        f"I do not see yet how that answers the question. It is about queues: {QUEUES.text}"
    }
    encouraged = {persona: say.encouragement(interview, persona).spoken for persona in Persona}
    assert encouraged.pop(Persona.EDGE_CASE) == (
        f"I can only work with answers to the question. To begin with: {QUEUES.hint}"
    )
    kind = "That happens to everybody. Something small or from another job, study or private life counts too."
    assert set(encouraged.values()) == {f"{kind} To begin with: {QUEUES.hint}"}
    clarified = say.clarified(interview.turns[0])
    assert say.clarification(clarified).spoken == clarified


def test_a_report_message_carries_its_figures() -> None:
    reports = {message.report for message, _ in sent() if message.kind is OutboundKind.REPORT}
    assert reports
    assert None not in reports


PAGES = [
    pages.report(report(3.0)),
    pages.report(report(None)),
    pages.report(report(3.0), complete=True),
    pages.settings(Preferences()),
    pages.settings(Preferences(hide_numbers=True)),
    pages.settings(Preferences(), listens=True, speaks=True, word="Done."),
    settings.cannot_speak(),
    settings.asked_in_writing(),
    settings.cannot_listen(),
    kept.history(HistoryPage()),
    kept.history(HistoryPage((), 1)),
    kept.transcript(Transcript(1, "Tester", Mode.MOCK, Seniority.MID, Phase.ASKING, NOW)),
    kept.no_transcript(),
    *(kept.without_report(Transcript(1, "Tester", Mode.MOCK, Seniority.MID, phase, NOW)) for phase in Phase),
    pages.help_page(),
    pages.help_page(speaks=False),
    menus.start_page("terminal"),
    menus.start_page("discord", listens=True),
    menus.start_page("telegram", new_interview(), known=True),
    menus.how_page(),
    menus.how_page(listens=True, speaks=True),
    menus.role_menu((ROLE,)),
    menus.role_menu(()),
    menus.role_menu((ROLE,), again=StartRequest(ROLE)),
    menus.roles_page((ROLE,)),
    menus.setup_card(StartRequest(ROLE)),
    menus.setup_card(StartRequest(ROLE), ReplyStyle.BOTH),
    menus.open_already(new_interview(), None),
    menus.open_already(new_interview(), StartRequest(ROLE)),
    pages.no_interview(),
    pages.no_interview(over=True),
    pages.no_report(),
    pages.report_at_the_end(),
    pages.nothing_assessed(),
    pages.unknown_command("x", None),
    pages.unknown_command("x", "y"),
    pages.bad_request("what is asked for cannot be"),
    pages.role_gone(),
    pages.too_late_to_edit(),
    pages.something_failed(),
    pages.something_failed(over=True),
    pages.unfit(Phase.ASKING, None, stale=True),
    *(pages.unfit(phase, command) for phase in Phase for command in (None, *Command)),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.text[:30])
def test_every_page_says_something(page: Outbound) -> None:
    assert_says_something(page)


def test_a_report_without_any_assessment_does_not_say_that_nothing_was_answered() -> None:
    results = (QuestionResult(1, "a", "Queues", Outcome.ANSWERED, None),)
    made = replace(report(None), planned=1, assessed=0, questions=results)
    assert "0 of 1 question assessed; 1 answered and not assessed yet." in pages.report(made).text


def texts(message: Outbound) -> list[str]:
    return [block.text for block in message.blocks]


def test_a_report_says_what_was_measured_and_what_was_not() -> None:
    results = (
        QuestionResult(1, "a", "Queues", Outcome.ANSWERED, 3.7, ("the one",), ("the other",)),
        QuestionResult(2, "b", "Incidents", Outcome.NOT_ANSWERED, 1.0, reason="non_answer"),
        QuestionResult(3, "c", "Planning", Outcome.SKIPPED, None),
        QuestionResult(4, "d", "People", Outcome.UNFINISHED, None),
        QuestionResult(5, "e", "Money", Outcome.ANSWERED, None),
    )
    made = replace(report(2.4), planned=6, assessed=2, questions=results, assessors=("rules",))
    shown = texts(pages.report(made))
    assert shown[1] == "2 of 6 questions assessed; 1 answered and not assessed yet; 3 not answered and not measured."
    assert shown[4:] == [
        "Question by question",
        "1. Queues: 3.7 of 5",
        "Heard: the one",
        "Not clearly heard: the other",
        "2. Incidents: 1.0 of 5",
        "There was no answer to assess.",
        "3. Planning: skipped, not measured.",
        "4. People: not finished, not measured.",
        "5. Money: assessment pending; it is added as soon as it is made.",
        shown[-1],
    ]
    assert shown[-1].startswith("Assessed by rules")


def test_a_report_of_everything_leaves_nothing_to_say_about_the_rest() -> None:
    shown = texts(pages.report(replace(report(2.4), planned=1, assessed=1)))
    assert shown[1] == "1 of 1 question assessed."
    assert texts(pages.report(replace(report(2.4), planned=1), so_far=True))[0].startswith("Report so far")


@pytest.mark.parametrize(
    ("planned", "said"), [(1, "The question was not answered"), (3, "None of the 3 questions was answered")]
)
def test_a_report_of_nothing_says_so(planned: int, said: str) -> None:
    assert pages.report(replace(report(None), planned=planned)).blocks[1].text.startswith(said)


def test_findings_show_their_quote_and_what_to_do() -> None:
    sitting = Sitting(Mode.COACH, questions=1)
    sitting.answer()
    sitting.assess()
    feedback = [(block.style, block.text) for block in sitting.sent[-1].blocks]
    sitting.command(Command.NEXT)
    reported = [(block.style, block.text) for block in sitting.sent[-1].blocks]
    for shown, strength, improvement in (
        (feedback, "Good: Names the reason.", "To improve: Ends early."),
        (reported, "Question 1: Names the reason.", "Question 1: Ends early."),
    ):
        at = shown.index((BlockStyle.TEXT, strength))
        assert shown[at + 1] == (BlockStyle.QUOTE, "may be slow or down")
        at = shown.index((BlockStyle.TEXT, improvement))
        assert shown[at + 1 : at + 3] == [(BlockStyle.QUOTE, "we retry"), (BlockStyle.ITEM, "Say how it ended.")]


def test_a_finding_without_a_quote_shows_none() -> None:
    made = assessment()
    bare = replace(
        made, strengths=(), improvements=tuple(replace(one, quote="", advice="") for one in made.improvements)
    )
    sitting = Sitting(Mode.COACH, questions=1)
    sitting.answer()
    sitting.assess(made=bare)
    assert_says_something(sitting.sent[-1])
    sitting.command(Command.NEXT)
    assert_says_something(sitting.sent[-1])


@pytest.mark.parametrize("reason", ["", *REASONS, "something new"])
def test_every_reason_has_its_words(reason: str) -> None:
    sitting = Sitting(Mode.COACH, questions=1)
    sitting.answer()
    sitting.assess(made=replace(assessment(), reason=reason))
    assert_says_something(sitting.sent[-1])
    sitting.command(Command.NEXT)
    assert_says_something(sitting.sent[-1])


def test_history_lines_say_how_each_interview_ended() -> None:
    items = [
        HistoryItem(number, "Tester", Mode.MOCK, phase, NOW, total)
        for number, (phase, total) in enumerate(
            [(Phase.FINISHED, 3.2), (Phase.DROPPED, None), (Phase.PAUSED, None), (Phase.CONSIDERING, None)], 1
        )
    ]
    page = kept.history(HistoryPage(tuple(items), 9, 3.25, 1))
    shown = texts(page)
    assert shown[2] == "1 · 2026-03-01 12:00 UTC · Tester · mock · 3.2 of 5 · finished"
    assert [line.rsplit(" · ", 2)[1:] for line in shown[3:6]] == [
        ["no score", "ended without a report"],
        ["no score", "paused"],
        ["no score", "open"],
    ]
    assert page.choices[-1].argument == "<1"
    assert "/history 1 shows older ones." in shown
    assert Block(BlockStyle.SCORE, "Average: 3.2 of 5", 3.25, "") in page.blocks
    without = kept.history(HistoryPage(tuple(items), 4))
    assert {choice.command for choice in without.choices} == {"report"}
    assert not any(block.style is BlockStyle.SCORE for block in without.blocks)


def asked(*kinds: Kind, point: str = "") -> Turn:
    said = tuple(Utterance(kind, "…", NOW, point=point if kind is Kind.FOLLOW_UP else "") for kind in kinds)
    return Turn(QUEUES, utterances=said)


def test_a_clarification_is_about_what_was_asked_last() -> None:
    assert say.clarified(asked(Kind.QUESTION, Kind.FOLLOW_UP, point="retry")) == (
        "I would like to hear that failed work is tried again."
    )
    whole = say.clarified(asked(Kind.QUESTION, Kind.FOLLOW_UP))
    assert whole == say.clarified(asked(Kind.QUESTION))
    assert "that a queue absorbs load and that failed work is tried again" in whole
    assert QUEUES.hint in whole


def test_a_clarification_names_the_weightiest_points() -> None:
    points = (
        Point("a", "the small one", 1, (), ()),
        Point("b", "the big one", 3, (), ()),
        Point("c", "two", 2, (), ()),
    )
    turn = replace(asked(Kind.QUESTION), question=replace(QUEUES, points=points))
    assert "the big one and two" in say.clarified(turn)


@pytest.mark.parametrize(("focus", "shown"), [("API design", "API design"), ("Queues", "queues"), ("", "")])
def test_a_redirect_names_the_focus_within_its_sentence(focus: str, shown: str) -> None:
    interview = new_interview()
    turn = replace(interview.turns[0], question=replace(QUEUES, focus=focus))
    message = say.redirect(replace(interview, turns=(turn,)), Persona.STANDARD)
    assert f"It is about {shown}:" in message.text


def test_the_word_before_a_question_never_praises_and_fits_what_was_before() -> None:
    sitting = Sitting()
    sitting.command(Command.SKIP)
    assert sitting.last.startswith("Question 2 of 3")
    sitting.answer(kind=AnswerKind.NON_ANSWER)
    sitting.answer(kind=AnswerKind.NON_ANSWER)
    assert sitting.last.startswith("Never mind")


def test_status_while_the_feedback_is_being_made_does_not_claim_it_is_there() -> None:
    sitting = Sitting(Mode.COACH)
    sitting.answer()
    sitting.command(Command.STATUS)
    assert "on its way" in sitting.last
    sitting.assess()
    sitting.command(Command.STATUS)
    assert "looking at feedback" in sitting.last


def test_feedback_compares_with_the_last_attempt_that_was_assessed() -> None:
    interview = replace(new_interview(), mode=Mode.COACH, phase=Phase.REVIEWING)
    unassessed = replace(answered_turn(), assessment=None)
    other = answered_turn(DEADLINE)
    first = replace(interview, turns=(other, unassessed, answered_turn()))
    assert "since your last try" not in say.feedback(first).text
    assert "as before" not in say.feedback(first).text
    again = replace(interview, turns=(answered_turn(), unassessed, answered_turn()))
    assert "as before" in say.feedback(again).text


def test_the_small_pieces() -> None:
    assert [count(number, "word") for number in (0, 1, 2, 1234)] == ["0 words", "1 word", "2 words", "1,234 words"]
    assert [listed(some) for some in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert [sentence(clause) for clause in ("so it is", "Is it?", "No.")] == ["So it is.", "Is it?", "No."]


def test_whoever_writes_while_paused_can_go_on_by_a_button() -> None:
    assert [choice.command for choice in pages.unfit(Phase.PAUSED, None).choices] == ["resume"]
    assert pages.unfit(Phase.ASKING, None).choices == ()
    assert pages.unfit(Phase.PAUSED, None, stale=True).choices == ()
