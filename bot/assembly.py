"""One process of the bot, put together: its store, its runner, and the platforms that have a token."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from adapters.database.config import PostgreSQLServer, parse_url
from adapters.database.connection import connect
from adapters.database.placing import BACKGROUND, CONSIDER, DELIVER, MODEL, QUEUES, SPEECH, named
from adapters.database.store import DatabaseStore
from adapters.roles import RoleFiles
from adapters.shards import Shards
from bot.ending import CLOSE_S, SAVE_S, at_most
from bot.logs import note_start, tell
from bot.memory import settled
from bot.platforms import Link, Opened, UnusableError, with_token
from bot.settings import InterviewerChoice, Settings, VoiceChoice
from bot.voice import Offer, missing_parts, offer, voice_of
from bot.watching import Watch
from bot.wiring import SystemClock, interviewer_of
from core.ports import Platform
from core.requests import BadRequestError
from core.runner import Runner
from core.runner.forgetting import said_forgotten
from core.runner.waits import Waits

NOT_SHARED = (
    "This takes a database that several processes can share, and SQLite has one only: "
    "set DATABASE_URL to something like psycopg://user@host:5432/name."
)
_NAMED = tuple(queue for queue in QUEUES if named(queue) == queue)
"""The queues that the owner chooses from."""
_AT_ONCE = 50
"""How many messages, or short steps, are worked on at once; each waits for the network or the database."""
_ASKING_BESIDES = 5
"""How much more of each queue is taken than the model is asked for at once, so that it always has something to do.

And no more, nor more than as much again, as the model of another worker may have a place for it.
"""
_LISTENING_BESIDES = 8
"""How many voice notes more than are heard at once are taken, as some are waited for."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Assembly:
    """A process of the bot. `queues` are what it works on, none where it performs everything itself."""

    store: DatabaseStore
    runner: Runner
    opened: Sequence[Opened]
    voice: Offer
    queues: Collection[str]

    def note_start(self, settings: Settings, what: str) -> None:
        """Write down what has started."""
        note_start(settings, what, listens=self.voice.listens, speaks=self.voice.speaks)


def is_shared(settings: Settings) -> bool:
    """Whether several processes can work on the database of the settings."""
    return isinstance(parse_url(settings.database), PostgreSQLServer)


def queues_of(settings: Settings, chosen: str = "") -> list[str]:
    """The queues with these names, with commas between them, all when "". Raises BadRequestError.

    Where another process listens and speaks, that queue is left to it.
    """
    wanted = [one.strip() for one in chosen.split(",")] if chosen else [*_NAMED]
    if unknown := [one for one in wanted if one not in _NAMED]:
        raise BadRequestError(f"There is no queue “{unknown[0]}”: choose some of {', '.join(_NAMED)}.")
    elsewhere = {SPEECH} if settings.voice is VoiceChoice.ELSEWHERE and not chosen else set()
    return [queue for queue in _NAMED if queue in wanted and queue not in elsewhere]


def at_once(settings: Settings, queues: Collection[str]) -> Mapping[str, int]:
    """How much of each queue one process works on at once.

    What an interview cannot go on without is worked on wherever a model is asked, however much else is.
    """
    calls = settings.model_parallel_calls
    asked = calls + min(calls, _ASKING_BESIDES)
    most = {
        DELIVER: _AT_ONCE,
        CONSIDER: asked,
        MODEL: asked,
        SPEECH: settings.whisper_parallel + _LISTENING_BESIDES,
        BACKGROUND: _AT_ONCE,
    }
    return {queue: most[queue] for queue in QUEUES if named(queue) in queues}


@asynccontextmanager
async def assembled(
    settings: Settings, files: RoleFiles, watch: Watch, queues: Collection[str], part: Shards | None = None
) -> AsyncIterator[Assembly]:
    """A process of the bot, closed at the end of the block; on SQLite it does everything, whatever the queues."""
    shared, roles = is_shared(settings), tuple(files.roles.values())
    here = [*queues] if shared else [*_NAMED]
    asks = MODEL in here and settings.interviewer is not InterviewerChoice.RULES
    if settings.elsewhere and asks:
        tell(f"OLLAMA_BASE_URL names another machine: what candidates say goes to {settings.elsewhere}, too.")
    thinking = settings if asks else settings.model_copy(update={"interviewer": InterviewerChoice.RULES})
    waits = Waits(settings.quiet_gap_seconds)
    async with (
        interviewer_of(thinking, watch) as interviewer,
        voice_of(settings, roles, works=SPEECH in here) as voice,
        connect(settings.database, files.roles, waits.seconds if shared else None) as store,
        said_forgotten(SystemClock()),
    ):
        for unused in missing_parts(settings) if SPEECH in here else ():
            tell(f"Voice: {unused}", logging.WARNING)
        offered = offer(settings, voice, here=SPEECH in here)
        platforms: dict[str, Platform] = {}
        runner = Runner(
            store=watch.store(store),
            interviewer=interviewer,
            platforms=platforms,
            roles=files.roles,
            clock=SystemClock(),
            quiet_gap_s=settings.quiet_gap_seconds,
            messages_per_minute=settings.messages_per_minute,
            open_interviews=settings.max_open_interviews,
            transcriber=watch.transcriber(voice.transcriber),
            synthesizer=watch.synthesizer(voice.synthesizer),
            recordings=voice.recordings,
            listens=offered.listens,
            speaks=offered.speaks,
            jobs=store.jobs,
        )
        link = Link(watch.receive(runner.receive), runner.typing, store.last_seen, roles, listens=offered.listens)
        opened = _open(settings, link, part)
        platforms.update((name, watch.platform(name, one.platform)) for one in opened for name in [one.name.lower()])
        try:
            async with settled():
                yield Assembly(store, runner, opened, offered, here if shared else ())
        finally:
            await at_most(SAVE_S, [runner.close()])
            await at_most(CLOSE_S, [one.platform.close() for one in opened])
            _log.info("Stopped.")


def _open(settings: Settings, link: Link, part: Shards | None) -> list[Opened]:
    """The platforms that have a token; the owner is told of each that cannot be used."""
    opened = []
    for name, opening in with_token(settings, part).items():
        try:
            opened.append(opening(link))
        except UnusableError as error:
            tell_unusable(name, error)
    return opened


def tell_unusable(name: str, error: UnusableError, then: str = "") -> None:
    """Tell the owner that a platform cannot be used, and what is done about it."""
    tell(f"{name} is not served: {error} {then}".rstrip(), logging.WARNING)
