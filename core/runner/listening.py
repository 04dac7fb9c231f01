"""Has voice notes transcribed; no lock and no transaction is held meanwhile, but while a sound is being kept."""

from __future__ import annotations

import asyncio
import logging
import traceback
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from core import engine
from core.events import Event, NoteRefused, NoteTranscribed
from core.ports import (
    NoteGoneError,
    NoteUnavailableError,
    RecordingError,
    TranscriberBusyError,
    TranscriberError,
    UnusableSoundError,
)
from core.speech import SoundProblem, Transcription
from core.wording import voice

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from core.effects import TranscribeNote
    from core.model import Interview
    from core.ports import Clock, PendingEffect, Platform, Recordings, Store, Transcriber
    from core.runner.asking import Asking
    from core.runner.turnstile import Turnstile
    from core.runner.underway import Underway

FETCH_PAUSES_S = (1.0, 4.0, 15.0, 60.0, 120.0, 300.0)
"""After so many seconds each a note that its platform does not give for now is asked for again; our own choice."""
_LONG_PAUSE_S = 60.0
"""A pause of so many seconds and more is told, and `idle` does not wait for it."""
_GIVEN_UP = timedelta(minutes=5)
"""Where a queue brings a note again, that is over when it was sent so long ago; our own choice."""
_log = logging.getLogger(__name__)


class Listening:
    """Turns voice notes into events. Without `transcriber` none is heard, without `recordings` no sound is kept.

    Where it is `shared`, what has to wait for long waits in the queue.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - one for each port, and what others share
        self,
        store: Store,
        platforms: Mapping[str, Platform],
        clock: Clock,
        asking: Asking,
        turnstile: Turnstile,
        underway: Underway,
        transcriber: Transcriber | None,
        recordings: Recordings | None,
        *,
        shared: bool,
    ) -> None:
        self._store = store
        self._shared = shared
        self._pauses_s = FETCH_PAUSES_S[: FETCH_PAUSES_S.index(_LONG_PAUSE_S)] if shared else FETCH_PAUSES_S
        self._transcriber = transcriber
        self._recordings = recordings
        self._platforms = platforms
        self._clock = clock
        self._asking = asking
        self._turnstile = turnstile
        self._underway = underway

    async def result(
        self, pending: PendingEffect, effect: TranscribeNote, interview: Interview, *, waits: bool
    ) -> Event | None:
        """The event that a note is answered by, None when nobody waits for it any more. Raises StoreError.

        Where too many are waiting it is refused, unless it `waits` for that to pass: it was taken before.
        Raises where it is `shared` NoteUnavailableError or TranscriberBusyError when it has to be tried again later,
        of which the candidate was told. Whatever else fails is told to them as a reason, as their answer waits for
        the note.
        """
        if engine.overtaken(interview, effect):
            return None
        wanted = await self._store.preferences(pending.candidate)
        fetched = _Fetched(holds=wanted.keep_recordings and self._recordings is not None)
        fetch = partial(fetched.fetch, partial(self._fetch, pending, effect))
        told = partial(self._tell_place, pending, interview, effect)
        listen = partial(self._listen, pending, effect, fetch, wanted.language, told)
        tells = partial(self._tell_of_pause, pending, interview, effect)
        leaves = self._shared and not (waits and self._is_old(interview, effect))
        heard = await self._heard(listen, tells, waits=waits, leaves=leaves)
        if isinstance(heard, UnusableSoundError):
            return NoteRefused(effect.message_id, heard.problem, self._clock.now(), heard.longest_s)
        kept = await self._keep(interview, effect, fetched.sound)
        return NoteTranscribed(effect.message_id, heard, self._clock.now(), kept)

    async def _fetch(self, pending: PendingEffect, effect: TranscribeNote) -> bytes:
        """The sound, from where it was sent: the candidate may have gone on elsewhere since."""
        platform = self._platforms.get(pending.conversation.platform)
        if platform is None:
            raise NoteGoneError
        return await platform.fetch(pending.conversation, effect.note)

    def _is_old(self, interview: Interview, effect: TranscribeNote) -> bool:
        """Whether a note was sent so long ago that it need not be tried again, or after the clock was set back."""
        said = (said for turn in interview.turns for said in turn.utterances if said.message_id == effect.message_id)
        return not any(timedelta() <= self._clock.now() - one.at < _GIVEN_UP for one in said)

    async def _heard(
        self,
        listen: Callable[[], Awaitable[Transcription]],
        tells: Callable[[], Awaitable[None]],
        *,
        waits: bool,
        leaves: bool,
    ) -> Transcription | UnusableSoundError:
        """What is said in a note, or why that is not known. Between two tries others have their turn.

        Where it `leaves` what has to wait for long to the queue, it raises that, and tells of it unless it `waits`.
        """
        pauses = iter(self._pauses_s)
        while True:
            try:
                return await listen()
            except Exception as error:
                may_pass = _may_pass(error, waits=waits)
                pause = next(pauses, None) if may_pass else None
                if pause is None:
                    if not (may_pass and leaves):
                        return _problem(error)  # the answer waits for it, whatever it is
                    if not waits:
                        await tells()
                    raise
            await self._pause(pause, tells)

    async def _listen(
        self,
        pending: PendingEffect,
        effect: TranscribeNote,
        fetch: Callable[[], Awaitable[bytes]],
        language: str,
        told: Callable[[int], Awaitable[None]],
    ) -> Transcription:
        """Listen to a note once, and show that."""
        if self._transcriber is None:
            raise UnusableSoundError(SoundProblem.UNAVAILABLE)
        begun_s = asyncio.get_running_loop().time()
        async with self._asking.showing_work(pending, effect):
            seconds = effect.note.seconds
            heard = await self._transcriber.transcribe(fetch, language=language, declared_s=seconds, told=told)
        took_s = asyncio.get_running_loop().time() - begun_s
        _log.info("A voice note of %.0f s was heard within %.1f s.", heard.seconds, took_s)
        return heard

    async def _pause(self, seconds: float, tells: Callable[[], Awaitable[None]]) -> None:
        """Wait before another try; that it takes long is told before the first pause that is long."""
        if seconds < _LONG_PAUSE_S:
            await self._clock.sleep(seconds)
            return
        if seconds == _LONG_PAUSE_S:
            await tells()
        await self._underway.rest(seconds)

    async def _tell_of_pause(self, pending: PendingEffect, interview: Interview, effect: TranscribeNote) -> None:
        """Tell a candidate that their note cannot be had for some minutes: no news later, so it is not kept."""
        word = engine.addressed(interview, voice.not_fetched_yet(effect.message_id))
        await self._asking.tell(pending, word, f"pause-{pending.id}")

    async def _tell_place(
        self, pending: PendingEffect, interview: Interview, effect: TranscribeNote, place: int
    ) -> None:
        """Tell a candidate the place of their note in the queue: true for a moment only, so it is not kept."""
        word = engine.addressed(interview, voice.note_waits(place, effect.message_id))
        await self._asking.tell(pending, word, f"wait-{pending.id}-{place}")

    async def _keep(self, interview: Interview, effect: TranscribeNote, sound: bytes | None) -> bool:
        """Keep the sound for who wants that, as of now; whether it is kept.

        Their lock is held, so that nothing can be kept while what was kept is deleted.
        """
        if sound is None or self._recordings is None:
            return False
        async with self._turnstile.lock(interview.candidate):
            if not (await self._store.preferences(interview.candidate)).keep_recordings:
                return False
            return await _is_kept(self._recordings.keep(interview.id, effect.message_id, sound))


async def _is_kept(keeping: Awaitable[None]) -> bool:
    try:
        await keeping
    except RecordingError as error:
        _log.warning("A recording is not kept: %s", error)
        return False
    return True


class _Fetched:
    """Holds on to a sound that was fetched, if it `holds`."""

    def __init__(self, *, holds: bool) -> None:
        self._holds = holds
        self.sound: bytes | None = None

    async def fetch(self, fetch: Callable[[], Awaitable[bytes]]) -> bytes:
        sound = await fetch()
        if self._holds:
            self.sound = sound
        return sound


def _may_pass(error: Exception, *, waits: bool) -> bool:
    """Whether it may help to try again."""
    if isinstance(error, TranscriberBusyError):
        return waits
    return isinstance(error, NoteUnavailableError) and not isinstance(error, NoteGoneError)


def _problem(error: Exception) -> UnusableSoundError:
    """What an error means to the candidate; the owner reads of it where it is theirs to mend."""
    if isinstance(error, UnusableSoundError):
        return error
    if isinstance(error, NoteUnavailableError):
        return UnusableSoundError(SoundProblem.GONE)
    if isinstance(error, TranscriberBusyError):
        return UnusableSoundError(SoundProblem.BUSY)
    if isinstance(error, TranscriberError):
        _log.warning("A voice note is not heard: %s", error)
        return UnusableSoundError(SoundProblem.UNAVAILABLE)
    # The error's own message is left out: it may hold what a candidate said.
    frames = "".join(traceback.format_tb(error.__traceback__))
    _log.error("Listening to a voice note failed with %s.\n%s", type(error).__name__, frames)
    return UnusableSoundError(SoundProblem.UNAVAILABLE)
