"""Whole spoken interviews with the real process and the real engines: voice notes in, voice messages out."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest

from tests.process.home import ANSWERS, ROOT, Home
from tests.process.serving import Candidate, Heard, OnDiscord, OnTelegram, Serving
from tests.wires.discord import DiscordServer
from tests.wires.telegram import TelegramServer

av = pytest.importorskip("av", reason="the extra `voice` is not installed")
np = pytest.importorskip("numpy", reason="the extra `voice` is not installed")
pytest.importorskip("faster_whisper", reason="the extra `voice` is not installed")
pytest.importorskip("piper", reason="the extra `voice` is not installed")

SPEECH = ROOT / "tests" / "fixtures" / "speech"
CLIPS = {clip["file"][:2]: clip for clip in json.loads((SPEECH / "clips" / "manifest.json").read_text())}
MODELS = {
    "WHISPER_MODEL": str(SPEECH / "whisper"),
    "WHISPER_THREADS": "1",
    "PIPER_VOICE": str(SPEECH / "piper" / "tinyvoice.onnx"),
}
ENGINES = {"VOICE": "auto"} | MODELS
RATING = "how well did it go"
SPOKEN = "voice messages"


def words_of(number: str) -> str:
    return str(CLIPS[number]["text"])


async def say(candidate: Candidate, number: str) -> None:
    """Say the clip of this number in a voice note."""
    clip = CLIPS[number]
    await candidate.speak((SPEECH / "clips" / clip["file"]).read_bytes(), clip["seconds"])


async def answer(candidate: Candidate, *numbers: str) -> None:
    """Say some clips, each in a voice note, see that each was heard word for word, and go on at once."""
    for number in numbers:
        await say(candidate, number)
    for _ in numbers:
        heard = await candidate.hear("I heard:")
        assert any(words_of(number) in heard for number in numbers), heard
    await candidate.press("Use it")


async def spoken_interview(candidate: Candidate) -> tuple[str, list[Heard]]:
    """An interview in which nothing but commands is typed: its report, and what the bot said aloud."""
    await candidate.start()
    await candidate.hear("Which job")
    await candidate.turn("Backend Engineer", "5 questions, mid level.")
    await candidate.turn("3", "3 questions, mid level.")
    await candidate.turn("Voice", SPOKEN)
    await candidate.press("Start")
    await candidate.hear("Question 1 of 3")
    await answer(candidate, "00", "02")
    await candidate.hear("Follow-up 1 of 3")
    await say(candidate, "01")
    await candidate.hear("Follow-up 1 of 3")
    await answer(candidate, "12", "09")
    heard = await candidate.hear("Follow-up 2 of 3", "Question 2 of 3")
    while RATING not in heard:
        await candidate.press("Skip")
        heard = await candidate.hear("Question ", RATING)
    await candidate.press("Well")
    return await candidate.hear("Your report"), await candidate.listened()


@pytest.fixture
async def telegram() -> AsyncIterator[OnTelegram]:
    async with TelegramServer() as server:
        yield OnTelegram(server)


@pytest.fixture
async def discord() -> AsyncIterator[OnDiscord]:
    async with DiscordServer() as server:
        yield OnDiscord(server)


async def test_the_same_spoken_interview_on_both_platforms_at_once(
    home: Home, telegram: OnTelegram, discord: OnDiscord
) -> None:
    async with Serving(home, **telegram.settings, **discord.settings, **ENGINES) as serving:
        told = await asyncio.gather(spoken_interview(telegram), spoken_interview(discord))
        assert await serving.end(signal.SIGTERM) == (0, "")
    assert home.transcript(1) == home.transcript(2)
    assert home.said("answer") == [words_of(number) for number in ("00", "02", "12", "09")] * 2
    for report, voices in told:
        assert "How you spoke" in report
        assert len(voices) >= 4
        for voice in voices:
            check(voice)
    assert kept_sounds(home) == []


def kept_sounds(home: Home) -> list[Path]:
    """Every file in the home that a candidate's sound could be in: what the role files ask is spoken once and kept."""
    known = {".sqlite3", ".sqlite3-wal", ".sqlite3-shm", ".lock"}
    files = [file for file in home.path.rglob("*") if file.is_file() and file.suffix not in known]
    return [file for file in files if file.parent.name != "speech"]


def check(voice: Heard) -> None:
    """The sound of a reply is what it is said to be: its length, its level, and the waveform that is drawn of it."""
    with av.open(BytesIO(voice.sound)) as opened:
        stream = opened.streams.audio[0]
        assert (opened.format.name, stream.codec_context.name, stream.rate, stream.layout.name) == (
            "ogg", "opus", 48_000, "mono"
        )  # fmt: skip
        samples = np.concatenate([frame.to_ndarray()[0] for frame in opened.decode(stream)])
    if voice.seconds is not None:
        is_whole = voice.seconds == int(voice.seconds)  # Telegram is told whole seconds
        assert abs(voice.seconds - len(samples) / 48_000) < (0.51 if is_whole else 0.05)
    assert -30 < 20 * np.log10(np.sqrt(np.mean(samples**2))) < -12
    if voice.waveform:
        drawn = np.frombuffer(voice.waveform, dtype=np.uint8).astype(float)
        assert len(drawn) <= 256
        heard = [np.abs(part).max() for part in np.array_split(samples, len(drawn))]
        assert np.corrcoef(drawn, heard)[0, 1] > 0.8


async def test_killed_while_it_listens_and_the_answer_is_there_after_the_restart(
    home: Home, telegram: OnTelegram
) -> None:
    settings = telegram.settings | ENGINES
    async with Serving(home, **settings) as serving:
        await telegram.command("interview", "backend_engineer 3")
        await telegram.hear("Question 1 of 3")
        await say(telegram, "00")
        async with asyncio.timeout(10):
            while not home.said("voice_note", "answer"):  # noqa: ASYNC110 - a database tells nobody
                await asyncio.sleep(0.005)
        assert await serving.end(signal.SIGKILL) == (-signal.SIGKILL, "")
    assert home.said("voice_note") == [""]
    async with Serving(home, **settings):
        assert words_of("00") in await telegram.hear("I heard:")
        await telegram.press("Use it")
        await telegram.hear("Follow-up 1 of 3")
    assert home.said("voice_note", "answer") == [words_of("00")]


WITHOUT = """
import runpy
from importlib.machinery import PathFinder

LIBRARIES = {"av", "ctranslate2", "faster_whisper", "numpy", "onnxruntime", "piper", "pydub"}
find = PathFinder.find_spec
PathFinder.find_spec = lambda name, *more: None if name.partition(".")[0] in LIBRARIES else find(name, *more)
runpy.run_module("bot", run_name="__main__")
"""


async def test_without_the_libraries_a_note_is_one_sentence_and_the_interview_goes_on_in_text(
    home: Home, telegram: OnTelegram
) -> None:
    async with Serving(home, program=("-c", WITHOUT), **telegram.settings, **ENGINES) as serving:
        await telegram.command("interview", "backend_engineer 3")
        await telegram.hear("Question 1 of 3")
        await say(telegram, "00")
        assert "Please type your answer" in await telegram.hear("voice notes")
        await telegram.write(ANSWERS[0])
        await telegram.hear("Follow-up 1 of 3", "Question 2 of 3")
        assert await serving.end(signal.SIGTERM) == (0, "")


@pytest.mark.parametrize("settings", [{"VOICE": "off"} | MODELS, {"VOICE": "auto"}], ids=["switched off", "no models"])
def test_where_voice_is_not_set_up_nothing_of_it_is_imported(home: Home, settings: dict[str, str]) -> None:
    program = (
        "import sys, bot.cli as c\ntry: c.main()\nfinally: print(sorted({*sys.modules} & LIBRARIES), file=sys.stderr)"
    )
    libraries = '{"av", "ctranslate2", "faster_whisper", "numpy", "onnxruntime", "piper", "pydub"}'
    ended = home.run("chat", "--role", "backend_engineer", given="Hello\n",
                     program=("-c", program.replace("LIBRARIES", libraries)), settings=settings)  # fmt: skip
    assert ended.status == 0
    assert ended.err.strip().endswith("[]")


async def test_an_owner_is_told_what_of_voice_is_missing(home: Home, telegram: OnTelegram) -> None:
    half = {name: value for name, value in ENGINES.items() if name != "WHISPER_MODEL"}
    async with Serving(home, **telegram.settings, **half) as serving:
        missing = "Voice: the model that listens, base, is not there: `interview-bot setup` fetches it."
        assert serving.begins_with == missing
        assert await serving.end(signal.SIGTERM) == (0, "Serving Telegram. Ctrl-C stops.\n")


def test_sound_files_are_the_answers_and_replies_are_written_as_sound(home: Home) -> None:
    sounds = [str(SPEECH / "clips" / CLIPS[number]["file"]) for number in ("00", "04", "01", "15")]
    ended = home.run(
        "chat", "--json", "--role", "backend_engineer", "--questions", "1", "--voice-in", *sounds,
        "--voice-out", "replies", settings=ENGINES,
    )  # fmt: skip
    assert ended.status == 0, ended.err
    assert home.said("answer") == [words_of("00"), words_of("04")]
    spoken = [message for message in ended.messages if "speech" in message]
    assert [message["kind"] for message in spoken][:3] == ["question", "follow_up", "follow_up"]
    for message in spoken:
        check(Heard((home.path / message["speech"]).read_bytes()))
