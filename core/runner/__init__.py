"""Carries out interviews: one event at a time for each candidate, saved with its effects before anything is done."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from core import engine
from core.desk import Desk
from core.desk.answer import Answer
from core.effects import AwaitReport, Send, SettleAnswer, TranscribeNote, reworded
from core.engine import UnexpectedEvent
from core.events import AnswerSettled, Event, ReportDue
from core.messages import CommandSent, Inbound, VoiceSent
from core.model import Interview, Phase
from core.ports import (
    AlreadySeenError,
    Change,
    CodeGoneError,
    PendingEffect,
    RoleMissingError,
    StoreError,
)
from core.runner import taking
from core.runner.asking import Asked, Asking
from core.runner.forgetting import Forgetting
from core.runner.limits import Limits
from core.runner.listening import Listening
from core.runner.manner import Manner
from core.runner.sending import FIRST_PAUSE_S, LONGEST_PAUSE_S, Sending, tell
from core.runner.speaking import Speaking
from core.runner.turnstile import Turnstile
from core.runner.underway import Task, Underway
from core.runner.whereabouts import Whereabouts
from core.wording import linking, pages, refusals, voice
from core.wording.pieces import without_choices

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.model import Conversation
    from core.ports import Clock, Interviewer, Platform, Recordings, Saved, Store, Synthesizer, Transcriber
    from core.roles import Role
    from core.speech import ReplyStyle

_Answered = SettleAnswer | AwaitReport | TranscribeNote | Asked
"""The effects that are answered by an event."""
REPORT_WAIT_S = 10.0
"""How long a report is waited for by whoever has given a self-rating: the project's own promise."""
_LAST_WAITS = 5
"""How many such waits more somebody has who thinks about the self-rating, before the report comes by itself."""


class Runner:
    """Takes messages in, lets the engine decide, saves, and performs the effects in the background.

    `quiet_gap_s` is how long, in seconds, an answer is waited on after its last message; `report_wait_s` how long a
    report is waited for before it is made of what there is. `messages_per_minute` is how many messages an account may
    send over time, and `open_interviews` how many interviews may be going on when another one starts. Without
    `transcriber` no voice note is heard, without `synthesizer` nothing is spoken, without `recordings` no sound kept.
    `reply` is how questions come to everybody, None where that is as each candidate wants.
    """

    def __init__(  # noqa: PLR0913 - one for each port
        self,
        *,
        store: Store,
        interviewer: Interviewer,
        platforms: Mapping[str, Platform],
        roles: Mapping[str, Role],
        clock: Clock,
        quiet_gap_s: float,
        report_wait_s: float = REPORT_WAIT_S,
        messages_per_minute: int = 60,
        open_interviews: int = 200,
        transcriber: Transcriber | None = None,
        synthesizer: Synthesizer | None = None,
        recordings: Recordings | None = None,
        reply: ReplyStyle | None = None,
    ) -> None:
        self._store = store
        self._platforms = platforms
        self._clock = clock
        self._quiet_gap_s = quiet_gap_s
        self._report_wait_s = report_wait_s
        self._limits = Limits(clock, messages_per_minute, open_interviews)
        self._whereabouts = Whereabouts()
        self._underway = Underway()
        self._listens, speaks = transcriber is not None, synthesizer is not None
        admits, busy = self._limits.admits, self._underway.is_performing
        self._desk = Desk(store, roles, clock, admits=admits, is_busy=busy, listens=self._listens, speaks=speaks)
        self._manner = Manner(store, speaks=speaks, reply=reply)
        self._asking = Asking(store, interviewer, platforms, clock, self._whereabouts)
        self._turnstile = Turnstile(store)
        self._listening = Listening(
            store, platforms, clock, self._asking, self._turnstile, self._underway, transcriber, recordings
        )
        speaking = Speaking(synthesizer, recordings, platforms, clock)
        self._sending = Sending(store, platforms, clock, self._underway, speaking)
        self._forgetting = Forgetting(
            store,
            platforms,
            recordings,
            self._underway,
            self._sending,
            self._turnstile,
            self._whereabouts,
            clock,
            partial(self._perform, resumed=True),
        )
        self._settling: dict[Conversation, tuple[Task, PendingEffect]] = {}
        self._unserved: dict[int | None, list[PendingEffect]] = {}
        self._taking: set[Task] = set()

    async def receive(self, inbound: Inbound) -> bool:
        """Take one message: when this returns it is on disk, and what follows from it is under way.

        False for one too many, which was dropped, and the candidate told. Raises StoreError, and then nothing was
        taken. Who is cancelled while waiting for this does not stop it: a message that was saved and not followed up
        would be taken for one that was, at its next delivery.
        """
        if not self._limits.takes(inbound.conversation):
            self._tell_too_fast(inbound.conversation, inbound.inbound_id)
            return False
        task = self._underway.keep(inbound.conversation, self._take(inbound))
        self._taking.add(task)
        task.add_done_callback(self._taking.discard)
        try:
            await asyncio.shield(task)
        except StoreError:
            self._limits.untaken(inbound.conversation)  # it comes again, and is one message all the same
            raise
        return True

    async def resume(self, conversation: Conversation) -> None:
        """Perform what was still pending for a conversation when the process ended: its quiet gaps are long over.

        To be called before anything is received.
        """
        pending = await self._store.pending()
        self._remember_unserved(pending)
        self._perform((effect for effect in pending if effect.conversation == conversation), resumed=True)

    async def resume_all(self) -> None:
        """Perform what was still pending for every conversation of the platforms that are served, as `resume` does."""
        pending = await self._store.pending()
        self._remember_unserved(pending)
        self._perform((effect for effect in pending if effect.conversation.platform in self._platforms), resumed=True)

    def _remember_unserved(self, pending: Iterable[PendingEffect]) -> None:
        """Voice notes that cannot be fetched, as their platform is not served: who goes on elsewhere is told so."""
        for one in pending:
            if isinstance(one.effect, TranscribeNote) and one.conversation.platform not in self._platforms:
                self._unserved.setdefault(one.interview, []).append(one)

    def typing(self, conversation: Conversation) -> None:
        """The candidate is still typing: the quiet gap begins anew."""
        if conversation in self._settling:
            task, pending = self._settling.pop(conversation)
            task.cancel()
            self._perform([pending])

    async def idle(self, conversation: Conversation) -> None:
        """Wait until nothing is under way for a conversation but the waiting for a report or for a better connection.

        Raises the StoreError that an effect ended with, once.
        """
        await self._underway.idle(conversation)

    async def close(self) -> None:
        """Save the messages that are being taken, and end what else is under way; it stays pending on disk."""
        await asyncio.gather(*self._taking, return_exceptions=True)
        await self._underway.close()

    # One message in

    def _tell_too_fast(self, where: Conversation, inbound_id: str) -> None:
        """Say once that messages are dropped; nothing of it is kept."""
        if self._limits.tells(where):
            self._underway.start(where, tell(self._platforms, where, refusals.too_fast(), f"fast-{inbound_id}"))

    async def _take(self, inbound: Inbound) -> None:
        async with self._turnstile.holder(inbound.conversation) as candidate:
            current, opening = await self._current_interview(candidate)
            before = current if current and taking.is_about(current, inbound) else None
            over = current is not None and current.phase is Phase.FINISHED
            now = current
            try:
                answer = await self._answered(candidate, inbound, before, over=over)
                if answer.forgets:
                    now = None
                    await self._forgetting.everything(candidate, inbound, answer.effects)
                    return
                if answer.forgets_recordings:
                    answer = await self._forgetting.recordings(candidate, answer)
                saved = await self._save_or_refuse(taking.change(candidate, inbound, before, answer, opening), opening)
                now = saved.interview
            except AlreadySeenError:
                return
            finally:
                self._limits.heard(candidate, now)
            if saved.interview:
                self._whereabouts.moved(saved.interview.id, inbound.conversation)
        self._perform(saved.pending)
        if saved.interview:
            self._perform(self._unserved.pop(saved.interview.id, ()))

    async def _current_interview(self, candidate: int) -> tuple[Interview | None, tuple[Send, ...]]:
        """The newest interview; an open one whose role is gone is closed, which the candidate is told."""
        try:
            return await self._store.current_interview(candidate), ()
        except RoleMissingError:
            await self._store.close_unreadable(candidate)
            return None, (Send(pages.role_gone()),)

    async def _answered(self, candidate: int, inbound: Inbound, interview: Interview | None, *, over: bool) -> Answer:
        """What follows from a message: a step of the interview, or the desk's reply."""
        if isinstance(inbound, CommandSent) and inbound.command not in taking.COMMANDS:
            return await self._desk.answer(candidate, inbound, interview)
        spoken = isinstance(inbound, VoiceSent)
        if interview is None:
            return await self._desk.nothing_open(candidate, inbound.conversation, over=over, spoken=spoken)
        if spoken and not self._listens:
            return Answer(interview, (Send(voice.cannot_listen()),))
        event = taking.event(inbound, self._clock.now())
        try:
            return Answer(*engine.step(interview, event))
        except UnexpectedEvent as unexpected:
            return Answer(interview, (Send(taking.unfit(interview, unexpected)),))

    # Saving

    async def _save_or_refuse(self, change: Change, opening: tuple[Send, ...]) -> Saved:
        """Save what follows from a message; a code that was used in the meantime is refused like one that never was."""
        try:
            return await self._save(change)
        except CodeGoneError:
            return await self._save(replace(change, effects=(*opening, Send(linking.bad_code())), joins=""))

    async def _save(self, change: Change, *heard: str) -> Saved:
        """Save a change, worded as the candidate wants it, end what it has overtaken, and keep no other recordings."""
        saved = await self._store.save(replace(change, effects=await self._manner.worded(change)))
        if change.joins or change.leaves:
            self._turnstile.moved()
        ended = self._end_overtaken(saved.interview, change.performed) if saved.interview else ()
        await self._forgetting.taken_back(change.before, saved.interview, *heard, *ended)
        return saved

    def _end_overtaken(self, interview: Interview, performed: int | None) -> list[str]:
        """End effects whose results would be dropped, so that nothing works on them in vain; the notes of them."""
        notes: list[str] = []
        for task, pending in self._underway.effects_of(interview.id):
            overtaken = pending.id != performed and engine.overtaken(interview, pending.effect)
            if overtaken and not task.cancelling():
                task.cancel()
                self._underway.start(pending.conversation, self._store.performed(pending.id))
                notes += taking.note_of(pending.effect)
        return notes

    # Effects

    def _perform(self, pending: Iterable[PendingEffect], *, resumed: bool = False) -> None:
        """Start each effect; messages to one conversation go out one after the other."""
        for one in pending:
            where, effect = one.conversation, one.effect
            if where.platform in self._platforms:
                self._whereabouts.seen(one)
            if isinstance(effect, Send):
                if where.platform in self._platforms:  # else it waits until that is served again
                    self._sending.add(one, effect.message)
                continue
            performing = self._answer_effect(one, effect, resumed=resumed)
            task = self._underway.perform(one, performing, timer=isinstance(effect, AwaitReport))
            if isinstance(effect, SettleAnswer):
                self._settling[where] = task, one
                task.add_done_callback(partial(self._no_more_settling, where))

    def _no_more_settling(self, where: Conversation, task: Task | None) -> None:
        """From the end of its gap on, typing must not end a task: what it saves would never be followed up."""
        if where in self._settling and self._settling[where][0] is task:
            del self._settling[where]

    async def _answer_effect(self, pending: PendingEffect, effect: _Answered, *, resumed: bool) -> None:
        """Perform an effect that has a result, let the engine step on it, and tell the candidate if that fails."""
        try:
            event = await self._result(pending, effect, resumed=resumed)
            following = await self._follow(pending, event)
        except RoleMissingError:
            raise
        except Exception as error:
            await self._asking.tell_of(error, pending, effect, again=resumed)
            if not isinstance(effect, TranscribeNote) or not isinstance(error, StoreError):
                raise
            following = await self._hear_later(pending, effect)
        self._perform(following)

    async def _hear_later(self, pending: PendingEffect, effect: TranscribeNote) -> Sequence[PendingEffect]:
        """Listen to a note again and again until what is heard can be saved: its answer waits for it."""
        pause = FIRST_PAUSE_S
        while True:
            self._underway.rests()
            await self._clock.sleep(pause)
            self._underway.gone_off()
            try:
                return await self._follow(pending, await self._listening.result(pending, effect, waits=True))
            except RoleMissingError:
                raise
            except StoreError:
                pause = min(3 * pause, LONGEST_PAUSE_S)

    async def _result(self, pending: PendingEffect, effect: _Answered, *, resumed: bool) -> Event | None:
        """Wait or ask for what the effect wants; None when nobody wants it any more."""
        if isinstance(effect, SettleAnswer):
            await self._clock.sleep(0 if resumed else self._quiet_gap_s)
            self._no_more_settling(pending.conversation, asyncio.current_task())
            return AnswerSettled(effect.turn, effect.revision, self._clock.now())
        if isinstance(effect, AwaitReport):
            if engine.overtaken(await self._asking.interview(pending), effect):
                return None  # left by a process that ended before it could be ended
            await self._clock.sleep(self._report_wait_s * (_LAST_WAITS if effect.last else 1))
            self._underway.gone_off()
            return ReportDue(effect.last, self._clock.now())
        if isinstance(effect, TranscribeNote):
            return await self._listening.result(pending, effect, waits=resumed)
        if before := self._underway.twin(pending):
            await asyncio.wait([before])
        return await self._asking.result(pending, effect)

    async def _follow(self, pending: PendingEffect, event: Event | None) -> Sequence[PendingEffect]:
        """Step on the result of an effect, and save that together with what follows; a late result changes nothing."""
        notes = taking.note_of(pending.effect)
        async with self._turnstile.lock(pending.candidate):
            interview = await self._asking.interview(pending)
            followed = taking.followed(interview, event)
            if followed is None:
                await self._store.performed(pending.id)
                await self._forgetting.taken_back(interview, interview, *notes)
                return ()
            after, effects = followed
            if interview.phase is Phase.FINISHED and not await self._is_newest(interview):
                effects = reworded(effects, without_choices)
            where = await self._asking.where(pending)
            change = Change(pending.candidate, where, interview, after, effects, performed=pending.id)
            saved = await self._save(change, *notes)
            if interview.is_open and not after.is_open:
                self._limits.ended(pending.candidate)
            return saved.pending

    async def _is_newest(self, interview: Interview) -> bool:
        """Whether it can still be gone back to, so that the buttons of what comes late are worth showing."""
        try:
            newest = await self._store.current_interview(interview.candidate)
        except RoleMissingError:
            return False
        return newest is not None and newest.id == interview.id
