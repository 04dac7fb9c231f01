"""Turns: what one costs beside its floor, and how many there are in a second."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

from tests.bench.floor import Floor, Script, floor, scripts
from tests.bench.goals import Measured, goal
from tests.bench.model import ModelProcess
from tests.bench.noise import Noise
from tests.bench.room import ANSWERS, REQUEST, TURNS, Candidate, Room, room
from tests.bench.rounds import Scale, interleaved
from tests.bench.stalls import Heartbeat

MODEL_S = 0.2
CANDIDATES, FEW = 200, 50
_QUICK_QUESTIONS = 1


async def one_candidate(scale: Scale, folder: Path) -> list[Measured]:
    """A turn of one candidate and of the floor; and how long after the model's last token its message was sent."""
    async with AsyncExitStack() as stack:
        model = stack.enter_context(ModelProcess())
        script = await scripts(model.url, _made(folder / "script"))
        bot = await stack.enter_async_context(room(model.url, _made(folder / "ours")))
        bare = await stack.enter_async_context(floor(model.url, _made(folder / "floor"), script))
        common = await stack.enter_async_context(floor(model.url, _made(folder / "common"), script, lean=False))
        one = _One(model, bot, bare, common)
        times = []
        for number in range(1 + scale.of(9, 25)):
            scale.tick("turn")
            times.append(await one.round(number))
    warm = times[1:]
    floor_ms, ours_ms = (1000 * median(column) for column in zip(*warm, strict=True))
    common_ms = 1000 * median(one.common_s[1:])
    note = f"p50 of {TURNS} turns a round"
    ratios = tuple(ours / least for least, ours in warm)
    beside = f"{note}; over the {common_ms:.1f} ms with Ollama's client as it is installed {ours_ms / common_ms:.2f} x"
    return [
        Measured(goal("turn"), ratios, f"{ours_ms:.1f} ms", f"{floor_ms:.1f} ms", beside),
        Measured(goal("sent"), tuple(one.sent_ms[1:]), note=note),
    ]


class _One:
    """One candidate at a time, and the floor of that; `common_s` is that with Ollama's client as installed."""

    def __init__(self, model: ModelProcess, bot: Room, bare: Floor, common: Floor) -> None:
        self._model = model
        self._bot = bot
        self._bare = bare
        self._common = common
        self.common_s: list[float] = []
        self.sent_ms: list[float] = []

    async def round(self, number: int) -> tuple[float, float]:
        """The middle turn of the floor's and of ours in an interview of a new candidate, in seconds.

        The sides are in turn for each turn, and nothing goes on beside one: a floor that did nothing but its own turns
        would find the processor's memory and the model warmer than a bot that has anything else to do.
        """
        candidate = self._bot.candidate(f"one-{number}")
        await candidate.start()
        bare, ours, sent = list[float](), list[float](), dict[str, float]()
        for turn, words in enumerate(f"{words} ({number})" for words in ANSWERS):
            begun, sent[words] = await candidate.answer(words)
            ours.append(sent[words] - begun)
            await candidate.idle()
            bare.append(await self._floor(self._bare, number, turn))
        ends = self._model.ends()
        self.sent_ms.append(1000 * median(at - ends[words] for words, at in sent.items()))
        self.common_s.append(median([await self._floor(self._common, number, turn) for turn in range(TURNS)]))
        return median(bare), median(ours)

    async def _floor(self, floor: Floor, number: int, turn: int) -> float:
        took = await floor.turn(number, turn)
        await floor.behind(turn)
        return took


async def many_candidates(scale: Scale, folder: Path) -> list[Measured]:
    """Turns a second with 200 candidates against the floor's, with 50 against 1, and the stalls meanwhile."""
    questions = scale.of(_QUICK_QUESTIONS, len(ANSWERS) // 2)
    with ModelProcess(MODEL_S) as model:
        script = (await scripts(model.url, _made(folder / "script")))[: 2 * questions]
        async with AsyncExitStack() as stack:
            bot = await stack.enter_async_context(room(model.url, _made(folder / "ours")))
            bare = await stack.enter_async_context(floor(model.url, _made(folder / "floor"), script))
            many = _Many(bot, bare, script)
            few = await interleaved(scale, "scaling", scale.of(2, 5), many.alone, many.some)
            times = await interleaved(scale, "many", scale.of(1, 5), many.floor, many.ours, warm=True)
            stalls = [await many.stall(scale) for _ in range(scale.of(1, 3))]
            common = await stack.enter_async_context(floor(model.url, _made(folder / "common"), script, lean=False))
            common_s = await many.rate_of(common) if scale.full else 0.0
    floor_s, ours_s = (median(column) for column in zip(*times, strict=True))
    alone, some = (median(column) for column in zip(*few, strict=True))
    note = f"{CANDIDATES * len(script)} turns a round, with their assessments"
    if common_s:
        note += f"; with Ollama's client as it is installed the floor makes {common_s:.0f} turns/s"
    shares = tuple(100 * ours / least for least, ours in times)
    return [
        Measured(goal("many"), shares, f"{ours_s:.0f} turns/s", f"{floor_s:.0f} turns/s", note),
        Measured(
            goal("scaling"), tuple(many_ / one for one, many_ in few), f"{some:.0f} turns/s", f"{alone:.1f} turns/s"
        ),
        Measured(goal("stall"), tuple(stalls), note=many.noise_note),
    ]


class _Many:
    """Many candidates at once, each with an interview of its own."""

    def __init__(self, bot: Room, bare: Floor, script: list[Script]) -> None:
        self._bot = bot
        self._bare = bare
        self._script = script
        self._interviews = 0
        self.noise_note = ""

    async def ours(self, _: int) -> float:
        return await self._rate(CANDIDATES)

    async def alone(self, _: int) -> float:
        return await self._rate(1)

    async def some(self, _: int) -> float:
        return await self._rate(FEW)

    async def floor(self, _: int) -> float:
        return await self.rate_of(self._bare)

    async def rate_of(self, floor: Floor) -> float:
        """Turns a second of a floor with as many candidates."""
        begun = time.monotonic()
        await asyncio.gather(*(floor.interview(self._number()) for _ in range(CANDIDATES)))
        return CANDIDATES * len(self._script) / (time.monotonic() - begun)

    async def stall(self, scale: Scale) -> float:
        """The longest stall in a round, in ms, while there is speech to hear and to make, and charts to draw."""
        scale.tick("stall")
        async with Noise() as noise, Heartbeat() as heartbeat:
            await self._rate(CANDIDATES)
        self.noise_note = noise.note
        return 1000 * heartbeat.longest_s

    async def _rate(self, count: int) -> float:
        """Turns a second of so many candidates, until everything of theirs is done."""
        candidates = [self._bot.candidate(f"many-{self._number()}") for _ in range(count)]
        await asyncio.gather(*(one.start(_request(len(self._script))) for one in candidates))
        begun = time.monotonic()
        await asyncio.gather(*(self._interview(one) for one in candidates))
        return count * len(self._script) / (time.monotonic() - begun)

    async def _interview(self, candidate: Candidate) -> None:
        for words in ANSWERS[: len(self._script)]:
            await candidate.answer(f"{words} ({candidate.conversation.account})")  # nobody has said just this before
        await candidate.idle()

    def _number(self) -> int:
        self._interviews += 1
        return self._interviews


def _request(turns: int) -> str:
    return f"{REQUEST.split()[0]} {turns // 2}"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
