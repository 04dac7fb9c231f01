"""What is counted and measured of the parts of a bot that is watched."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from adapters.database.looking import Look
from bot.measured import Measuring
from bot.metrics import Metrics
from bot.settings import load_settings
from bot.watching import UNWATCHED, watch_of
from core.interviewers.breaker import CircuitBreaker
from core.interviewers.queue import ModelQueue
from core.messages import CommandSent, Inbound, TextSent
from core.model import Turn
from core.ports import (
    AlreadySeenError,
    Change,
    CodeGoneError,
    DeliveryError,
    ModelUnavailableError,
    Saved,
    StaleInterviewError,
    StoreUnavailableError,
    SynthesizerError,
    TranscriberBusyError,
    UnreachableError,
    Waiting,
)
from core.prompts import Prompt
from core.runner import Runner
from core.speech import VoiceNote
from core.wording import refusals
from tests.contracts.fake_speech import FakeSynthesizer, FakeTranscriber
from tests.contracts.sample import CONVERSATION, ROLE
from tests.core.doubles import FakeClock, RecordingPlatform, ScriptedInterviewer, in_turn, rest
from tests.core.room import GAP, Room

ROOM = {"platform": "terminal"}


class Figures:
    """What is measured, and the figures that came of it, named without `interview_bot_`."""

    def __init__(self, *, wants_model: bool = True) -> None:
        self.metrics = Metrics()
        self.watch = Measuring(self.metrics, wants_model=wants_model)

    def __call__(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(f"interview_bot_{name}", labels)


@pytest.fixture
def figures() -> Figures:
    return Figures()


def watched(room: Room, figures: Figures) -> Runner:
    """The runner of a room, all of whose parts are watched."""
    watch = figures.watch
    return Runner(
        store=watch.store(room.disk),  # type: ignore[arg-type]
        interviewer=watch.interviewer(room.interviewer),
        platforms={"terminal": watch.platform("terminal", room.platform)},
        roles=room.roles,
        clock=room.clock,
        quiet_gap_s=GAP,
        transcriber=watch.transcriber(FakeTranscriber()),
        synthesizer=watch.synthesizer(FakeSynthesizer()),
    )


async def test_a_whole_interview_is_counted(figures: Figures) -> None:
    room = Room()
    room.runner = watched(room, figures)
    await room.over(2)
    await room.clock.advance(60)
    named = {"role": "tester", "mode": "mock"}
    assert figures("interviews_begun_total", **named) == 1
    assert figures("interviews_ended_total", phase="finished") == 1
    assert figures("turns_total", interviewer="rules", outcome="answered") == 2
    assert figures("model_seconds_count", kind="consider") == 2
    assert figures("model_seconds_count", kind="assess") == 2
    assert figures("send_seconds_count", **ROOM) == len(room.platform.sent)
    assert (figures("save_seconds_count") or 0) >= 6


async def test_an_interview_ends_once_however_often_it_is_gone_back_to(figures: Figures) -> None:
    room = Room()
    room.runner = watched(room, figures)
    await room.over()
    await room.command("retry", "1")
    await room.answer("I rolled it back again, in two minutes.")
    assert figures("turns_total", interviewer="rules", outcome="answered") == 2
    assert figures("interviews_ended_total", phase="finished") == 1


async def test_who_skips_was_considered_by_nobody(figures: Figures) -> None:
    room = Room()
    room.runner = watched(room, figures)
    await room.command("interview", "tester 2")
    await room.command("skip")
    assert figures("turns_total", interviewer="nobody", outcome="skipped") == 1


async def test_what_could_not_be_saved_is_counted_by_its_kind(figures: Figures) -> None:
    room = Room()
    room.runner = watched(room, figures)
    room.disk.failing = True
    with pytest.raises(StoreUnavailableError):
        await room.command("interview", "tester 2")
    assert figures("save_failures_total", error="StoreUnavailableError") == 1
    assert not figures("interviews_begun_total", role="tester", mode="mock")


@pytest.mark.parametrize("error", [AlreadySeenError("x"), StaleInterviewError("x"), CodeGoneError("x"), OSError("x")])
async def test_that_somebody_was_faster_is_no_failure(figures: Figures, error: Exception) -> None:
    class Faster:
        async def save(self, change: Change) -> Saved:
            raise error

    with pytest.raises(type(error)):
        await figures.watch.store(Faster()).save(Change(1, CONVERSATION))  # type: ignore[arg-type]
    expected = 1 if isinstance(error, OSError) else None
    assert figures("save_failures_total", error=type(error).__name__) == expected


@pytest.mark.parametrize("error", [DeliveryError("I sold chairs"), UnreachableError("gone")])
async def test_what_could_not_be_sent_is_counted_by_its_kind(figures: Figures, error: Exception) -> None:
    platform = RecordingPlatform()
    platform.failure = error
    watched_platform = figures.watch.platform("pigeons", platform)
    with pytest.raises(type(error)):
        await watched_platform.send(CONVERSATION, refusals.too_fast(), "1")
    await watched_platform.working(CONVERSATION, speaking=True)
    platform.notes["n"] = b"sound"
    assert await watched_platform.fetch(CONVERSATION, VoiceNote("n")) == b"sound"
    assert platform.speaking == [CONVERSATION]
    assert figures("send_failures_total", platform="pigeons", error=type(error).__name__) == 1
    assert not figures("send_seconds_count", platform="pigeons")


async def test_messages_are_counted_by_platform_and_kind(figures: Figures) -> None:
    takes = [True, True, False]

    async def receive(inbound: Inbound) -> bool:
        return takes.pop(0)

    received = figures.watch.receive(receive)
    assert await received(TextSent(CONVERSATION, "1", "I sold chairs"))
    assert await received(CommandSent(CONVERSATION, "2", "skip"))
    assert not await received(TextSent(CONVERSATION, "3", "I sold chairs"))
    assert figures("messages_received_total", platform="terminal", kind="text") == 1
    assert figures("messages_received_total", platform="terminal", kind="command") == 1
    assert figures("messages_dropped_total", **ROOM) == 1


class Gated:
    """A model that answers when it is let, or fails."""

    name, context_tokens = "gated:1b", 4096

    def __init__(self) -> None:
        self.door = asyncio.Event()
        self.failure: Exception | None = None

    async def complete(self, prompt: Prompt) -> str:
        await self.door.wait()
        if self.failure:
            raise self.failure
        return "{}"


PROMPT = Prompt("consider", "system", "{}", {}, 0.0, 10)


async def test_the_queue_of_a_model_and_its_calls_are_measured(figures: Figures) -> None:
    gated = Gated()
    model = figures.watch.model(gated)
    queue = figures.watch.queue(ModelQueue(model, parallel=1))
    assert (queue.name, queue.context_tokens) == ("gated:1b", 4096)
    calls = [asyncio.create_task(queue.complete(PROMPT, Waiting(n, considers=True))) for n in range(3)]
    await rest()
    assert figures("model_calls_waiting", urgency="consideration") == 2
    assert figures("model_calls_running", urgency="consideration") == 1
    assert figures("model_calls_waiting", urgency="background") == 0
    gated.door.set()
    await asyncio.gather(*calls)
    assert figures("model_calls_waiting", urgency="consideration") == 0
    assert figures("model_call_seconds_count", task="consider") == 3
    gated.failure = ModelUnavailableError("I sold chairs")
    with pytest.raises(ModelUnavailableError):
        await queue.complete(PROMPT, Waiting())
    assert figures("model_call_failures_total", task="consider", error="ModelUnavailableError") == 1
    assert figures("model_call_seconds_count", task="consider") == 3


async def test_a_call_that_was_given_up_is_told_from_one_that_failed(figures: Figures) -> None:
    interviewer = ScriptedInterviewer(in_turn())
    interviewer.door.clear()
    asking = figures.watch.interviewer(interviewer)
    task = asyncio.create_task(asking.strengthen(ROLE, Turn(ROLE.questions[0])))
    await rest()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert figures("model_failures_total", kind="strengthen", error="given_up") == 1


async def test_a_model_that_nobody_wants_fails_unnoticed_until_it_has_answered() -> None:
    figures = Figures(wants_model=False)
    gated = Gated()
    gated.door.set()
    gated.failure = ModelUnavailableError("I sold chairs")
    model, breaker = figures.watch.model(gated), figures.watch.breaker("consider", CircuitBreaker(FakeClock()))
    interviewer = ScriptedInterviewer(in_turn())
    interviewer.failure = gated.failure
    asking = figures.watch.interviewer(interviewer)
    permit = breaker.admit()
    assert permit
    breaker.failed(permit, at_once=True)

    async def fail() -> tuple[float | None, ...]:
        with pytest.raises(ModelUnavailableError):
            await model.complete(PROMPT)
        with pytest.raises(ModelUnavailableError):
            await asking.strengthen(ROLE, Turn(ROLE.questions[0]))
        return (
            figures("model_call_failures_total", task="consider", error="ModelUnavailableError"),
            figures("model_failures_total", kind="strengthen", error="ModelUnavailableError"),
            figures("model_breaker_open", work="consider"),
        )

    assert await fail() == (0, 0, 0)
    gated.failure = None
    await model.complete(PROMPT)
    gated.failure = ModelUnavailableError("I sold chairs")
    assert await fail() == (1, 1, 1)


async def test_what_has_not_failed_yet_is_there_with_nothing(figures: Figures) -> None:
    room = Room()
    room.runner = watched(room, figures)
    figures.watch.model(Gated())
    nothing = {
        "save_failures_total": {"error": "StoreUnavailableError"},
        "send_failures_total": ROOM | {"error": "DeliveryError"},
        "messages_received_total": ROOM | {"kind": "voice"},
        "messages_dropped_total": ROOM,
        "model_failures_total": {"kind": "consider", "error": "ModelUnavailableError"},
        "model_call_failures_total": {"task": "assess structure", "error": "CutReplyError"},
        "speech_failures_total": {"kind": "synthesize", "error": "SynthesizerError"},
        "interviews_ended_total": {"phase": "finished"},
    }
    assert {name: figures(name, **labels) for name, labels in nothing.items()} == dict.fromkeys(nothing, 0)


async def test_an_open_breaker_shows(figures: Figures) -> None:
    breaker = figures.watch.breaker("consider", CircuitBreaker(FakeClock()))
    assert figures("model_breaker_open", work="consider") == 0
    permit = breaker.admit()
    assert permit
    breaker.failed(permit, at_once=True)
    assert figures("model_breaker_open", work="consider") == 1
    breaker.succeeded()
    assert figures("model_breaker_open", work="consider") == 0


async def test_listening_is_measured_and_who_waits_for_it(figures: Figures) -> None:
    fake = FakeTranscriber({b"sound": "I sold chairs"}, parallel=1, waiting=1)
    fake.door.clear()
    transcriber = figures.watch.transcriber(fake)
    assert transcriber

    async def fetch() -> bytes:
        return b"sound"

    calls = [asyncio.create_task(transcriber.transcribe(fetch)) for _ in range(2)]
    await rest()
    with pytest.raises(TranscriberBusyError):
        await transcriber.transcribe(fetch)
    assert figures("speech_waiting") == 1
    fake.door.set()
    heard = await asyncio.gather(*calls)
    assert figures("speech_waiting") == 0
    assert figures("speech_seconds_count", kind="transcribe") == 2
    assert figures("speech_failures_total", kind="transcribe", error="TranscriberBusyError") == 1
    assert figures("heard_sound_seconds_total") == pytest.approx(sum(one.seconds for one in heard))


async def test_speaking_is_measured(figures: Figures) -> None:
    class Mute(FakeSynthesizer):
        async def synthesize(self, text: str, *, language: str = "en") -> None:
            raise SynthesizerError(text)

    spoken, mute = figures.watch.synthesizer(FakeSynthesizer()), figures.watch.synthesizer(Mute())
    assert spoken
    assert mute
    assert await spoken.synthesize("A question?")
    with pytest.raises(SynthesizerError):
        await mute.synthesize("I sold chairs")
    assert figures("speech_seconds_count", kind="synthesize") == 1
    assert figures("speech_failures_total", kind="synthesize", error="SynthesizerError") == 1


def test_what_is_in_the_database_is_shown_and_goes_when_that_cannot_be_looked_at(figures: Figures) -> None:
    figures.metrics.show(
        Look({"asking": 3, "paused": 1}, {"send": 2, "settle_answer": 1}, {"model": 7}, {"model": 61.5})
    )
    assert figures("open_interviews", phase="asking") == 3
    assert figures("deliveries_waiting") == 2
    assert figures("pending_effects", kind="settle_answer") == 1
    assert figures("jobs", queue="model") == 7
    assert figures("oldest_job_seconds", queue="model") == 61.5
    figures.metrics.show(Look({"paused": 1}, {}))
    assert figures("open_interviews", phase="asking") is None
    assert figures("oldest_job_seconds", queue="model") is None
    assert figures("deliveries_waiting") == 0
    figures.metrics.show(None)
    assert figures("open_interviews", phase="paused") is None
    assert str(figures("deliveries_waiting")) == "nan"


def test_without_voice_nothing_of_it_is_watched(figures: Figures) -> None:
    assert figures.watch.transcriber(None) is None
    assert figures.watch.synthesizer(None) is None


def test_nothing_is_measured_where_nobody_asks(place: Path) -> None:
    assert watch_of(load_settings()) is UNWATCHED
    room = Room()
    assert UNWATCHED.store(room.store) is room.store
    assert UNWATCHED.platform("terminal", room.platform) is room.platform
    assert UNWATCHED.interviewer(room.interviewer) is room.interviewer


def test_no_label_can_hold_a_person(figures: Figures) -> None:
    names = {"platform", "kind", "error", "role", "mode", "phase", "interviewer", "outcome", "queue", "task"}
    names |= {"urgency", "work", "part", "version"}
    families = list(figures.metrics.registry.collect())
    assert families
    for family in families:
        labels = {label for sample in family.samples for label in sample.labels}
        assert labels <= names | {"le"}, family.name
