"""What holds for an interview whatever happens to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import engine, policy, text, wishes
from core.effects import (
    AssessAnswer,
    AwaitReport,
    ConsiderAnswer,
    Effect,
    Send,
    SettleAnswer,
    StrengthenAnswer,
    TranscribeNote,
)
from core.engine.answers import changeable
from core.events import (
    AnswerAssessed,
    AnswerConsidered,
    AnswerStrengthened,
    Command,
    CommandGiven,
    Event,
    MessageEdited,
    MessageReceived,
    NoteReceived,
    NoteRefused,
    NoteTranscribed,
    ReportDue,
)
from core.model import (
    CANDIDATE_KINDS,
    AnswerKind,
    Consideration,
    Interview,
    Mode,
    Outcome,
    Phase,
    StartRequest,
    Stronger,
    Turn,
    Utterance,
)
from core.model import UtteranceKind as Kind
from core.speech import SoundProblem, VoiceNote
from core.wording import pages
from tests.contracts.fake_speech import heard
from tests.contracts.sample import CONVERSATION, NOW, ROLE, assessment
from tests.core.exploring import Edge, asks_why, edges, events, take
from tests.rounds import rounds

pytestmark = pytest.mark.unmeasured
AT_WORK = {Phase.ASKING, Phase.CONSIDERING}
AWAIT_NOTES = {*AT_WORK, Phase.REVIEWING, Phase.PAUSED, Phase.OBJECTING}
GRAVE = {Command.SKIP, Command.STOP, Command.DROP, Command.NEXT, Command.DONE}
courses = st.lists(st.integers(0, 10**6), max_size=80)
modes = st.sampled_from(Mode)


def begin(mode: Mode) -> tuple[Interview, tuple[Effect, ...]]:
    return engine.begin(StartRequest(ROLE, mode, 3), 1, CONVERSATION, (), NOW)


def run(mode: Mode, course: Sequence[int]) -> list[Edge]:
    """A course of an interview: each number picks one of the events there are."""
    interview, _ = begin(mode)
    taken = []
    for number in course:
        possible = list(events(interview))
        row, event = possible[number % len(possible)]
        edge = take(interview, row, event)
        taken.append(edge)
        interview = edge.after or interview
    return taken


def assert_sound(interview: Interview) -> None:
    open_turns = [turn for turn in interview.turns if turn.outcome is None]
    assert open_turns in ([], [interview.turns[-1]])
    assert interview.report is not None or interview.phase not in {Phase.FINISHED, Phase.OBJECTING}
    assert interview.report is None or interview.phase is not Phase.DROPPED
    assert sum(map(asks_why, interview.turns)) == (interview.phase is Phase.OBJECTING)
    over = interview.turns[: -1 if interview.phase in AWAIT_NOTES else None]
    assert not any(turn.count(Kind.VOICE_NOTE) for turn in over)
    assert {turn.question.id for turn in interview.turns} <= {question.id for question in interview.plan}
    if interview.phase in AT_WORK:
        assert open_turns
    if interview.phase is Phase.CONSIDERING:
        assert not interview.turns[-1].count(Kind.VOICE_NOTE) + interview.turns[-1].count(Kind.DOUBTFUL)
    if interview.phase in {Phase.REVIEWING, Phase.OBJECTING, Phase.REPORTING, Phase.FINISHED}:
        assert not open_turns


def assert_turn_sound(turn: Turn) -> None:
    kinds = Counter(said.kind for said in turn.utterances)
    assert kinds[Kind.FOLLOW_UP] <= policy.MAX_FOLLOW_UPS
    assert kinds[Kind.FOLLOW_UP] + kinds[Kind.REDIRECT] + kinds[Kind.ENCOURAGEMENT] <= policy.MAX_PROMPTS
    assert kinds[Kind.CLARIFICATION] <= policy.MAX_CLARIFICATIONS
    assert len(text.words(turn.answer_text)) <= policy.MAX_ANSWER_WORDS
    assert (turn.outcome is Outcome.ANSWERED) <= bool(turn.answers)
    assert (turn.assessment is not None) <= (turn.outcome in {Outcome.ANSWERED, Outcome.NOT_ANSWERED})
    assert (turn.disputed is not None) == (kinds[Kind.OBJECTION] == 1)
    assert turn.disputed is None or turn.outcome is Outcome.ANSWERED
    follow_ups = [said.text for said in turn.utterances if said.kind is Kind.FOLLOW_UP]
    assert len(follow_ups) == len(set(follow_ups))


def assert_follows(edge: Edge) -> None:
    """What holds between an interview and the next."""
    before, after = edge.before, edge.after
    assert after is not None
    closed = [turn.outcome for turn in before.turns if turn.outcome is not None]
    assert [turn.outcome for turn in after.turns][: len(closed)] == closed
    assert len(after.turns) in {len(before.turns), len(before.turns) + 1}
    assert all(isinstance(effect, Send) is False or effect.message.text.strip() for effect in edge.effects)  # type: ignore[union-attr]
    assert_no_note_vanishes(edge)
    late = isinstance(edge.event, AnswerAssessed | AnswerStrengthened | ReportDue | NoteTranscribed | NoteRefused)
    late = late or after.turns[-1].count(Kind.VOICE_NOTE) > 0  # the answer goes on when that has been heard
    assert edge.effects or late, "a candidate who said something hears something or is waited for"
    waits = any(isinstance(effect, AwaitReport) for effect in edge.effects)
    begins = (after.phase, before.phase).count(Phase.REPORTING) == 1 and after.phase is Phase.REPORTING
    assert waits == (begins or (edge.row == "report due" and after.phase is Phase.REPORTING)), "a report comes in time"
    assert after.report is not None or before.report is None, "no report is lost"
    for one, other in zip(before.turns, after.turns, strict=False):
        if one is not other:
            assert_nothing_is_forgotten(one, other)


def assert_no_note_vanishes(edge: Edge) -> None:
    """A note is awaited until it is known what was said in it, or until the candidate does something about it.

    Each is told about; what comes back of anything else, such as of the answer before it, leaves it where it is.
    """
    assert edge.after is not None
    before, after = waiting_notes(edge.before), waiting_notes(edge.after)
    assert after - before <= {getattr(edge.event, "message_id", "")}
    if isinstance(edge.event, NoteReceived) and edge.event.message_id not in after:
        assert (edge.before.phase, len(before)) == (Phase.OBJECTING, 1)
        assert any(isinstance(effect, Send) for effect in edge.effects)
    for note in before - after:
        said = {one.kind for one in edge.after.turns[-1].utterances if note in {one.message_id, _note(one)}}
        is_own = isinstance(edge.event, NoteTranscribed | NoteRefused) and edge.event.message_id == note
        is_done = isinstance(edge.event, CommandGiven | MessageReceived | MessageEdited | NoteTranscribed)
        assert is_own or is_done, edge.event
        assert said & {Kind.ANSWER, Kind.DOUBTFUL} or any(isinstance(effect, Send) for effect in edge.effects)


def waiting_notes(interview: Interview) -> set[str]:
    """The voice notes that are still listened to."""
    said = interview.turns[-1].utterances if interview.is_open else ()
    return {one.message_id for one in said if one.kind is Kind.VOICE_NOTE}


def _note(said: Utterance) -> str:
    return said.spoken.note if said.spoken else ""


def assert_nothing_is_forgotten(before: Turn, after: Turn) -> None:
    """An assessment is kept for good, the one that was disputed beside the one that was made with the reason."""
    if before.disputed is not None:
        assert after.disputed == before.disputed
    if before.assessment is not None and after.assessment != before.assessment:
        assert (after.disputed, after.assessment) == (before.assessment, None)
    assert before.stronger is None or after.stronger == before.stronger


def assert_not_over(edge: Edge) -> None:
    """What fits an interview that is over."""
    assert edge.before.phase is not Phase.DROPPED, "after a drop nothing changes"
    if edge.before.phase is Phase.FINISHED:
        asked = isinstance(edge.event, CommandGiven) and edge.event.command in engine.AFTERWARDS
        assert asked or isinstance(edge.event, AnswerAssessed | AnswerStrengthened)


def assert_kept(interview: Interview, received: dict[str, str]) -> None:
    """Nothing is lost of what the candidate said and did not take back; in a note that was left out nothing was."""
    kept = {
        said.message_id: said.text
        for turn in interview.turns
        for said in turn.utterances
        if said.kind in CANDIDATE_KINDS and (said.text or said.kind is Kind.VOICE_NOTE)
    }
    assert kept == received


def note_kept(edge: Edge, received: dict[str, str]) -> None:
    """What is to be kept of a voice note: its place, then its words, then those that were typed in their place."""
    event = edge.event
    assert edge.after is not None
    if isinstance(event, NoteTranscribed) and _is_kept(edge, event):
        received[event.message_id] = event.transcription.text
    if isinstance(event, CommandGiven) and event.command is Command.USE:
        named = (one for one in _changeable(edge.before) if event.argument in {"", _note(one)})
        used = [one for one in named if one.kind in {Kind.DOUBTFUL, Kind.ANSWER} and one.spoken][-1]
        assert used.kind is Kind.DOUBTFUL or edge.after.turns[-1].answers == edge.before.turns[-1].answers
        if used.kind is Kind.DOUBTFUL and wishes.wish(used.text):  # one after all, and granted
            received.pop(used.message_id)
    if isinstance(event, MessageReceived) and event.replies_to and edge.before.phase is not Phase.OBJECTING:
        for said in _changeable(edge.before):
            if event.replies_to == _note(said):
                received.pop(said.message_id)
    for said in taken_back(edge):
        received.pop(said.message_id, "")
    received.update(dict.fromkeys(waiting_notes(edge.after), ""))
    for left in [note for note, said in received.items() if not said and note not in waiting_notes(edge.after)]:
        received.pop(left)


def taken_back(edge: Edge) -> list[Utterance]:
    """What was taken back by a step, as it was: on demand, or what was doubtful and is said anew."""
    assert edge.after is not None
    turn = edge.after.turns[len(edge.before.turns) - 1]
    gone = {one.message_id for one in turn.utterances if one.kind is Kind.RETRACTED}
    taken = [one for one in edge.before.turns[-1].utterances if one.message_id in gone and one.text]
    on_demand = isinstance(edge.event, CommandGiven) and edge.event.command is Command.RECORD_AGAIN
    assert len(taken) <= on_demand or all(one.kind is Kind.DOUBTFUL for one in taken)
    return taken


def _changeable(interview: Interview) -> list[Utterance]:
    return [one for one in changeable(interview.turns[-1]) if one.kind is not Kind.RETRACTED]


def _is_kept(edge: Edge, event: NoteTranscribed) -> bool:
    said, clear = event.transcription.text, event.transcription.confidence >= policy.CLEARLY_HEARD
    if edge.before.phase is Phase.OBJECTING:
        return edge.after is not None and edge.after.phase is Phase.FINISHED
    reviewing = edge.before.turns[-1].outcome is not None
    asked = wishes.wish(said, reviewing=reviewing)
    return text.has_words(said) and (asked is None or (asked in GRAVE and not clear and not reviewing))


@given(mode=modes, course=courses)
@settings(deadline=None, max_examples=rounds(30, 1000))
def test_whatever_happens_the_interview_is_sound(mode: Mode, course: list[int]) -> None:
    received: dict[str, str] = {}
    for edge in run(mode, course):
        if edge.after is None:
            continue
        assert_not_over(edge)
        assert_sound(edge.after)
        for turn in edge.after.turns:
            assert_turn_sound(turn)
        assert_follows(edge)
        if _is_answer(edge):
            received[edge.event.message_id] = edge.event.text  # type: ignore[union-attr]
        note_kept(edge, received)
        assert_kept(edge.after, received)


def _is_answer(edge: Edge) -> bool:
    event = edge.event
    if not isinstance(event, MessageReceived | MessageEdited) or not text.has_words(event.text):
        return False
    if edge.before.phase is Phase.OBJECTING:
        return edge.after is not None and edge.after.phase is Phase.FINISHED
    return wishes.wish(event.text, reviewing=edge.before.phase is Phase.REVIEWING) is None


@given(mode=modes, course=courses)
@settings(deadline=None, max_examples=rounds(20, 300))
def test_the_same_events_give_the_same_interview_and_effects(mode: Mode, course: list[int]) -> None:
    taken = run(mode, course)
    interview, effects = begin(mode)
    assert (interview, effects) == begin(mode)
    for edge in taken:
        again = take(interview, edge.row, edge.event)
        assert (again.after, again.effects) == (edge.after, edge.effects)
        interview = again.after or interview


@given(said=st.text(max_size=200), mode=modes, phase=st.sampled_from([Phase.ASKING, Phase.REVIEWING]))
@settings(deadline=None)
def test_any_text_at_all_is_taken_or_refused(said: str, mode: Mode, phase: Phase) -> None:
    interview = next(edge.before for edge in edges() if edge.before.phase is phase)
    edge = take(interview, "message", MessageReceived(said, "new", NOW))
    if edge.after:
        assert_sound(edge.after)
        assert_turn_sound(edge.after.turns[-1])


def test_every_interview_that_can_be_reached_is_sound() -> None:
    for edge in edges():
        assert edge.after is not None
        assert_not_over(edge)
        assert_sound(edge.after)
        assert_follows(edge)
    for turn in {id(turn): turn for edge in edges() if edge.after for turn in edge.after.turns}.values():
        assert_turn_sound(turn)


def test_whoever_waits_for_a_report_gets_it_whatever_the_interviewer_does() -> None:
    for edge in edges():
        assert edge.after is not None
        if edge.after.phase is not Phase.REPORTING:
            continue
        first = take(edge.after, "report due", ReportDue(last=False, at=NOW))
        assert first.after is not None
        if first.after.phase is Phase.REPORTING:
            assert AwaitReport(last=True) in first.effects
            assert engine.step(first.after, ReportDue(last=True, at=NOW))[0].phase is Phase.FINISHED


def test_an_effect_is_overtaken_exactly_where_its_result_would_be_refused() -> None:
    for interview in {id(edge.before): edge.before for edge in edges()}.values():
        for effect, event in results(interview):
            assert engine.overtaken(interview, effect) == (take(interview, "", event).after is None), effect


def test_whatever_a_step_overtakes_it_is_known_to_let_go_of() -> None:
    befores = {id(edge.before): edge.before for edge in edges()}.values()
    steps = [(edge.before, edge.after) for edge in edges() if edge.after is not None]
    dropped = [(before, replace(before, phase=Phase.DROPPED)) for before in befores]
    overtaking = 0
    for before, after in steps + dropped:
        wanted = {effect for effect, _ in results(before) if not engine.overtaken(before, effect)}
        overtaken = {effect for effect in wanted if engine.overtaken(after, effect)}
        assert len(overtaken) <= engine.let_go(before, after), (before, after)
        assert engine.let_go(after, after) == 0
        overtaking += bool(overtaken)
    assert overtaking


def results(interview: Interview) -> Iterator[tuple[Effect, Event]]:
    """Effects that may still be under way, with the events that they would be answered by."""
    current, revision = len(interview.turns) - 1, interview.turns[-1].revision
    if interview.turns[-1].outcome is None:
        for at in (revision, revision - 1):
            yield ConsiderAnswer(current, at), AnswerConsidered(current, at, Consideration(AnswerKind.ANSWER), NOW)
    sent = (one.message_id for turn in interview.turns for one in turn.utterances if one.message_id)
    for note in {"outside", *sent}:
        listen = TranscribeNote(note, VoiceNote("here"))
        yield listen, NoteTranscribed(note, heard("I rolled it back."), NOW)
        yield listen, NoteRefused(note, SoundProblem.SILENT, NOW)
    for place, turn in enumerate(interview.turns):
        if turn.outcome is Outcome.ANSWERED:
            yield AssessAnswer(place), AnswerAssessed(place, assessment(), NOW)
            yield StrengthenAnswer(place), AnswerStrengthened(place, Stronger("Stronger."), NOW)
    yield AwaitReport(), ReportDue(last=False, at=NOW)


@pytest.mark.parametrize("effect", [Send(pages.help_page()), SettleAnswer(0, 1)])
def test_messages_and_quiet_gaps_are_never_overtaken(effect: Effect) -> None:
    assert not any(engine.overtaken(edge.before, effect) for edge in edges()[:1000])


@pytest.mark.parametrize("phase", Phase)
def test_the_search_reaches_every_phase(phase: Phase) -> None:
    assert any(edge.after and edge.after.phase is phase for edge in edges())
