"""Carries out interviews: one event at a time for each candidate, saved with its effects before anything is done."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from core import engine
from core.desk import Desk
from core.desk.answer import Answer
from core.effects import AwaitReport, Send, SettleAnswer, TranscribeNote
from core.engine import UnexpectedEvent
from core.events import AnswerSettled, Event, ReportDue
from core.messages import CommandSent, Inbound, VoiceSent
from core.model import Interview, Phase
from core.ports import (
    AlreadySeenError,
    PendingEffect,
    RoleMissingError,
    StoreError,
)
from core.runner import taking
from core.runner.again import Pauses, Removing, Stored, patiently
from core.runner.asking import Asked, Asking
from core.runner.following import Following
from core.runner.forgetting import Forgetting
from core.runner.limits import Limits
from core.runner.listening import Listening
from core.runner.manner import Manner
from core.runner.performing import Performing
from core.runner.queued import Queued
from core.runner.saving import Saving
from core.runner.sending import Sending, tell
from core.runner.speaking import Speaking
from core.runner.turnstile import Turnstile
from core.runner.underway import Task, Underway
from core.runner.waits import REPORT_WAIT_S, Waits
from core.runner.whereabouts import Whereabouts
from core.wording import pages, refusals, voice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.model import Conversation
    from core.ports import Clock, Interviewer, Jobs, Platform, Recordings, Standing, Store, Synthesizer, Transcriber
    from core.roles import Role
    from core.speech import ReplyStyle

_Answered = SettleAnswer | AwaitReport | TranscribeNote | Asked
"""The effects that are answered by an event."""


class Runner:
    """Takes messages in, lets the engine decide, saves, and performs the effects in the background.

    `quiet_gap_s` is how long, in seconds, an answer is waited on after its last message; `report_wait_s` how long a
    report is waited for before it is made of what there is. `messages_per_minute` is how many messages an account may
    send over time, and `open_interviews` how many interviews may be going on when another one starts. Without
    `transcriber` no voice note is heard, without `synthesizer` nothing is spoken, without `recordings` no sound kept.
    `reply` is how questions come to everybody, None where that is as each candidate wants. With `jobs` pending effects
    are performed by whichever process is free, when its queue calls `perform`; without them, here and at once. Where
    others do that, `listens` and `speaks` say whether voice notes are heard and questions spoken by any of them.
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
        listens: bool | None = None,
        speaks: bool | None = None,
        jobs: Jobs | None = None,
    ) -> None:
        self._store = store
        self._platforms = platforms
        self._clock = clock
        self._waits = Waits(quiet_gap_s, report_wait_s)
        self._queued = None if jobs is None else Queued(jobs, store, clock, self._waits)
        self._limits = Limits(clock, messages_per_minute, open_interviews, store if jobs else None)
        self._whereabouts = Whereabouts()
        self._underway = Underway()
        self._listens = transcriber is not None if listens is None else listens
        speaks = synthesizer is not None if speaks is None else speaks
        admits, busy = self._limits.admits, self._underway.is_performing
        self._desk = Desk(store, roles, clock, admits=admits, is_busy=busy, listens=self._listens, speaks=speaks)
        self._manner = Manner(store, speaks=speaks, reply=reply)
        shared = jobs is not None
        self._turnstile = Turnstile(store, shared=shared)
        self._asking = Asking(store, interviewer, platforms, clock, self._whereabouts, self._turnstile, shared=shared)
        self._listening = Listening(
            store,
            platforms,
            clock,
            self._asking,
            self._turnstile,
            self._underway,
            transcriber,
            recordings,
            queued=shared,
        )
        speaking = Speaking(synthesizer, recordings, platforms, clock)
        self._removing = Removing(store, clock, self._underway)
        self._sending = Sending(self._removing, platforms, clock, self._underway, speaking)
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
            self._queued,
        )
        self._saving = Saving(
            store,
            clock,
            self._manner,
            self._turnstile,
            self._underway,
            self._removing,
            self._forgetting,
            self._queued,
        )
        self._following = Following(
            store,
            self._waits,
            self._asking,
            self._turnstile,
            self._saving,
            self._removing,
            self._forgetting,
            self._limits,
        )
        self._performing = Performing(store, platforms, self._asking, self._perform_once)
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

        To be called before anything is received. With jobs there is nothing to do.
        """
        pending = await self._left_before()
        self._perform((effect for effect in pending if effect.conversation == conversation), resumed=True)

    async def resume_all(self) -> None:
        """Perform what was still pending for every conversation of the platforms that are served, as `resume` does."""
        pending = await self._left_before()
        self._perform((effect for effect in pending if effect.conversation.platform in self._platforms), resumed=True)

    async def _left_before(self) -> Sequence[PendingEffect]:
        """All that was still pending when the process ended, and is not brought by the queue.

        Voice notes that cannot be fetched, as their platform is not served, are remembered: who goes on elsewhere is
        told so.
        """
        pending = () if self._queued else await self._store.pending()
        for one in pending:
            if isinstance(one.effect, TranscribeNote) and one.conversation.platform not in self._platforms:
                self._unserved.setdefault(one.interview, []).append(one)
        return pending

    async def perform(self, effect_id: int, *, again: bool) -> None:
        """Perform a pending effect to its end, where it still waits. `again` says that it has failed before.

        Raises what it is to be tried again for: UnservedError, DeliveryError, StoreError, or whatever else it failed
        with, of which the candidate and the log were told unless it failed `again`.
        """
        await self._performing.perform(effect_id, again=again)

    def typing(self, conversation: Conversation) -> None:
        """The candidate is still typing: the quiet gap begins anew."""
        if self._queued:
            self._underway.start(conversation, self._queued.typing(conversation))
        elif conversation in self._settling:
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
                if taking.is_no_edit(inbound, before, answer) and not opening:
                    return
                if answer.forgets:
                    now = None
                    await self._forgetting.everything(candidate, inbound, answer.effects)
                    return
                if answer.forgets_recordings:
                    answer = await self._forgetting.recordings(candidate, answer)
                saved = await self._saving.save_or_refuse(
                    taking.change(candidate, inbound, before, answer, opening), opening
                )
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
            return Answer(*self._waits.step(interview, event))
        except UnexpectedEvent as unexpected:
            return Answer(interview, (Send(taking.unfit(interview, unexpected)),))

    # Effects

    def _perform(self, pending: Iterable[PendingEffect], *, resumed: bool = False) -> None:
        """Start each effect, unless the queue brings it; messages to one conversation go out one after the other."""
        if self._queued:
            self._queued.remember(pending)
            return
        for one in pending:
            where, effect = one.conversation, one.effect
            if where.platform in self._platforms:
                self._whereabouts.seen(one)
            if isinstance(effect, Send):
                # Where the platform is not served it waits until it is again.
                if where.platform in self._platforms:
                    self._sending.add(one, effect.message)
                continue
            performing = self._answer_effect(one, effect, resumed=resumed)
            task = self._underway.perform(one, performing)
            if isinstance(effect, SettleAnswer):
                self._settling[where] = task, one
                task.add_done_callback(partial(self._no_more_settling, where))

    def _no_more_settling(self, where: Conversation, task: Task | None) -> None:
        """From the end of its gap on, typing must not end a task: what it saves would never be followed up."""
        if where in self._settling and self._settling[where][0] is task:
            del self._settling[where]

    async def _answer_effect(self, pending: PendingEffect, effect: _Answered, *, resumed: bool) -> None:
        """Perform an effect that has a result, let the engine step on it, and tell the candidate if that fails.

        What the store does not let be done is tried again by itself; what was found out by then is kept at hand.
        """
        stored = Stored(Pauses(self._clock, self._underway), partial(self._tell_unsaved, pending, effect))
        try:
            wanted = await stored.done(lambda _: self._is_wanted_after_wait(pending, effect, resumed=resumed))
            event = None
            if wanted:
                event = await stored.done(lambda again: self._result(pending, effect, waits=resumed or again))
            following = await stored.done(lambda _: self._following.anew(pending, event))
        except RoleMissingError:
            raise
        except Exception as error:
            await self._asking.tell_of(error, pending, effect, again=resumed)
            raise
        self._perform(following)

    async def _tell_unsaved(self, pending: PendingEffect, effect: _Answered, error: StoreError) -> None:
        """Tell the candidate that something has to wait, and whoever waits for their conversation."""
        await self._asking.tell_of(error, pending, effect, again=False)
        if not isinstance(effect, TranscribeNote):  # of which they are told how to go on
            self._underway.failed(pending.conversation, error)

    async def _perform_once(self, standing: Standing, *, again: bool) -> None:
        """Perform an effect that the queue has brought, when its wait is over."""
        pending, effect = standing.pending, standing.pending.effect
        if isinstance(effect, Send):
            await self._sending.once(pending, effect.message)
        else:
            event = await self._result(pending, effect, waits=again, standing=standing)
            await patiently(lambda: self._following.anew(pending, event), self._clock)

    async def _is_wanted_after_wait(self, pending: PendingEffect, effect: _Answered, *, resumed: bool) -> bool:
        """Wait as an effect is to; whether its result was still wanted when that began."""
        seconds = self._waits.seconds(effect)
        if isinstance(effect, SettleAnswer):
            await self._clock.sleep(0 if resumed else seconds)
            self._no_more_settling(pending.conversation, asyncio.current_task())
        if isinstance(effect, AwaitReport):
            if engine.overtaken(await self._asking.interview(pending), effect):
                return False  # left by a process that ended before it could be ended
            with self._underway.resting():
                await self._clock.sleep(seconds)
        return True

    async def _result(
        self, pending: PendingEffect, effect: _Answered, *, waits: bool, standing: Standing | None = None
    ) -> Event | None:
        """Ask for what the effect wants; None when nobody wants it any more. A note `waits` where others do, too."""
        if isinstance(effect, SettleAnswer):
            return AnswerSettled(effect.turn, effect.revision, self._clock.now())
        if isinstance(effect, AwaitReport):
            return ReportDue(effect.last, self._clock.now())
        if isinstance(effect, TranscribeNote):
            return await self._listening.result(pending, effect, waits=waits)
        await self._underway.no_twin(pending)
        return await self._asking.result(pending, effect, standing)
