"""Carries out interviews: one event at a time for each candidate, saved with its effects before anything is done."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from core import engine
from core.desk import Desk
from core.desk.answer import Answer
from core.effects import Send, reworded
from core.messages import CommandSent, Inbound, VoiceSent
from core.model import Interview, Phase
from core.ports import AlreadySeenError, Change, RoleMissingError, StaleInterviewError, StoreError
from core.runner import taking
from core.runner.again import Removing
from core.runner.asking import Asking
from core.runner.dispatching import Dispatching, InProcess, Queued
from core.runner.forgetting import Forgetting
from core.runner.limits import Limits
from core.runner.listening import Listening
from core.runner.manner import Manner
from core.runner.performing import Answering, Performing
from core.runner.saving import Saving
from core.runner.sending import Sending, tell
from core.runner.speaking import Speaking
from core.runner.turnstile import Turnstile
from core.runner.underway import Task, Underway
from core.runner.waits import REPORT_WAIT_S, Waits
from core.runner.whereabouts import SharedWhereabouts, Whereabouts
from core.wording import pages, refusals, voice
from core.wording.pieces import without_choices

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.events import Event
    from core.messages import Outbound
    from core.model import Conversation
    from core.ports import (
        Clock,
        Interviewer,
        Jobs,
        PendingEffect,
        Platform,
        Recordings,
        Saved,
        Store,
        Synthesizer,
        Transcriber,
    )
    from core.roles import Role
    from core.speech import ReplyStyle


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
        shared = jobs is not None
        self._store = store
        self._platforms = platforms
        self._clock = clock
        self._waits = waits = Waits(quiet_gap_s, report_wait_s)
        self._limits = limits = Limits(clock, messages_per_minute, open_interviews, store if shared else None)
        self._underway = underway = Underway(clock)
        self._turnstile = turnstile = Turnstile(store, shared=shared)
        self._whereabouts = whereabouts = (SharedWhereabouts if shared else Whereabouts)(store, turnstile)
        self._listens = listens = transcriber is not None if listens is None else listens
        speaks = synthesizer is not None if speaks is None else speaks
        admits, busy = limits.admits, underway.is_performing
        self._desk = Desk(store, roles, clock, admits=admits, is_busy=busy, listens=listens, speaks=speaks)
        self._removing = removing = Removing(store, underway)
        sending = Sending(removing, platforms, underway, Speaking(synthesizer, recordings, platforms, clock))
        asking = Asking(interviewer, platforms, clock, whereabouts)
        listening = Listening(
            store, platforms, clock, asking, turnstile, underway, transcriber, recordings, shared=shared
        )
        answering = Answering(clock, waits, underway, whereabouts, asking, listening, self._follow)
        self._performing = Performing(store, platforms, asking, sending, answering)
        self._dispatching: Dispatching = (
            InProcess(store, platforms, clock, waits, underway, whereabouts, removing, sending, answering)
            if jobs is None
            else Queued(jobs, store, clock, waits, underway)
        )
        self._forgetting = Forgetting(store, recordings, turnstile, whereabouts, self._dispatching)
        self._saving = Saving(store, clock, Manner(store, speaks=speaks, reply=reply), turnstile)
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
        await self._dispatching.resume(conversation)

    async def resume_all(self) -> None:
        """Perform what was still pending for every conversation of the platforms that are served, as `resume` does."""
        await self._dispatching.resume()

    async def perform(self, effect_id: int, *, again: bool) -> None:
        """Perform a pending effect to its end, where it still waits. `again` says that it has failed before.

        Raises what it is to be tried again for: UnservedError, DeliveryError, StoreError, or whatever else it failed
        with, of which the candidate and the log were told unless it failed `again`.
        """
        await self._performing.perform(effect_id, again=again)

    async def deliver(self, pending: PendingEffect, message: Outbound) -> None:
        """Send the message of an effect that this process has saved just now, in such a way that no other performs it.

        Raises DeliveryError when it has to be sent again.
        """
        await self._performing.deliver(pending, message)

    def typing(self, conversation: Conversation) -> None:
        """The candidate is still typing: the quiet gap begins anew."""
        self._dispatching.typing(conversation)

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

    async def _tell_forgotten(self, inbound: Inbound, messages: Iterable[Outbound]) -> None:
        """Answer somebody who is forgotten by now; nothing of that is kept either."""
        for number, message in enumerate(messages):
            await tell(self._platforms, inbound.conversation, message, f"forgotten-{inbound.inbound_id}-{number}")

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
                    told = await self._forgetting.everything(candidate, inbound.conversation, answer)
                    self._underway.start(inbound.conversation, self._tell_forgotten(inbound, told))
                    return
                if answer.forgets_recordings:
                    answer = await self._forgetting.recordings(candidate, answer)
                change = taking.change(candidate, inbound, before, answer, opening)
                saved = await self._saving.save_or_refuse(change, opening)
                await self._end_overtaken(change, saved)
                now = saved.interview
            except AlreadySeenError:
                return
            finally:
                self._limits.heard(candidate, now)
            if saved.interview:
                self._whereabouts.moved(saved.interview.id, inbound.conversation)
        self._dispatching.begin(saved)

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
        except engine.UnexpectedEvent as unexpected:
            return Answer(interview, (Send(taking.unfit(interview, unexpected)),))

    # One result in

    async def _follow(self, pending: PendingEffect, event: Event | None) -> Sequence[PendingEffect]:
        """Step on the result of an effect; on the interview as it is by then, where it was changed meanwhile."""
        try:
            return await self._follow_once(pending, event)
        except StaleInterviewError:
            if await self._store.pending_effect(pending.id) is None:
                return ()  # they have performed it, too
            return await self._follow_once(pending, event)

    async def _follow_once(self, pending: PendingEffect, event: Event | None) -> Sequence[PendingEffect]:
        """Step on the result of an effect, and save that together with what follows; a late result changes nothing."""
        notes = taking.note_of(pending.effect)
        async with self._turnstile.lock(pending.candidate):
            interview, where = await self._whereabouts.placed(pending)
            followed = self._followed(interview, event)
            if followed is None:
                await self._removing.once(pending)
                await self._forgetting.taken_back(interview, interview, *notes)
                return ()
            after, effects = followed
            if interview.phase is Phase.FINISHED and not await self._is_newest(interview):
                effects = reworded(effects, without_choices)
            change = Change(pending.candidate, where, interview, after, effects, performed=pending.id)
            saved = await self._saving.save(change)
            await self._end_overtaken(change, saved, *notes)
            if interview.is_open and not after.is_open:
                self._limits.ended(pending.candidate)
            return saved.pending

    def _followed(self, interview: Interview, event: Event | None) -> engine.Step | None:
        """The step on a result, None where there is none or it comes too late."""
        try:
            return self._waits.step(interview, event) if event else None
        except engine.UnexpectedEvent:
            return None

    async def _is_newest(self, interview: Interview) -> bool:
        """Whether it can still be gone back to, so that the buttons of what comes late are worth showing."""
        try:
            newest = await self._store.current_interview(interview.candidate)
        except RoleMissingError:
            return False
        return newest is not None and newest.id == interview.id

    async def _end_overtaken(self, change: Change, saved: Saved, *heard: str) -> None:
        """End what nobody wants any more now that an interview is changed, and keep no recordings but its own."""
        if saved.interview:
            ended = await self._dispatching.end_overtaken(change, saved.interview)
            await self._forgetting.taken_back(change.before, saved.interview, *heard, *ended)
