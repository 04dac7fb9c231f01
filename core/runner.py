"""Carries out interviews: one event at a time for each candidate, saved with its effects before anything is done."""

from __future__ import annotations

import asyncio
import logging
import traceback
from functools import partial
from typing import TYPE_CHECKING, assert_never
from weakref import WeakValueDictionary

from core import engine, text
from core.desk import Desk
from core.effects import AssessAnswer, ConsiderAnswer, Send, SettleAnswer, StrengthenAnswer
from core.engine import UnexpectedEvent
from core.events import (
    AnswerAssessed,
    AnswerConsidered,
    AnswerSettled,
    AnswerStrengthened,
    Command,
    CommandGiven,
    Event,
    MessageEdited,
    MessageReceived,
)
from core.messages import CommandSent, Inbound, Outbound, TextEdited, TextSent
from core.ports import AlreadySeenError, Change, DeliveryError, PendingEffect, RoleMissingError, StoreError
from core.wording import pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.desk import Answer
    from core.model import Conversation, Interview, Role
    from core.ports import Clock, Interviewer, Platform, Store

_Answered = SettleAnswer | ConsiderAnswer | AssessAnswer | StrengthenAnswer
"""The effects that are answered by an event."""
_log = logging.getLogger(__name__)
_COMMANDS = frozenset(Command)


class Runner:
    """Takes messages in, lets the engine decide, saves, and performs the effects in the background.

    `quiet_gap_s` is how long, in seconds, an answer is waited on after its last message.
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
    ) -> None:
        self._store = store
        self._interviewer = interviewer
        self._platforms = platforms
        self._clock = clock
        self._quiet_gap_s = quiet_gap_s
        self._desk = Desk(store, roles, clock)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._tasks: dict[Conversation, set[asyncio.Task[None]]] = {}
        self._last_send: dict[Conversation, asyncio.Task[None]] = {}
        self._settling: dict[Conversation, tuple[asyncio.Task[None], PendingEffect]] = {}
        self._failures: dict[Conversation, StoreError] = {}
        self._taking: set[asyncio.Task[None]] = set()

    async def receive(self, inbound: Inbound) -> None:
        """Take one message: when this returns it is on disk, and what follows from it is under way.

        Raises StoreError, and then nothing was taken. Who is cancelled while waiting for this does not stop it: a
        message that was saved and not followed up would be taken for one that was, at its next delivery.
        """
        taking = asyncio.create_task(self._take(inbound))
        self._tasks.setdefault(inbound.conversation, set()).add(taking)
        taking.add_done_callback(partial(self._forget, inbound.conversation))
        self._taking.add(taking)
        taking.add_done_callback(self._taking.discard)
        await asyncio.shield(taking)

    async def _take(self, inbound: Inbound) -> None:
        candidate = await self._store.candidate(inbound.conversation)
        async with self._lock(candidate):
            before, opening = await self._open_interview(candidate)
            after, effects = await self._answered(candidate, inbound, before)
            change = Change(candidate, inbound.conversation, before, after, (*opening, *effects), inbound.inbound_id)
            try:
                saved = await self._store.save(change)
            except AlreadySeenError:
                return
        self._perform(saved.pending)

    async def resume(self, conversation: Conversation) -> None:
        """Perform what was still pending for a conversation when the process ended: its quiet gaps are long over.

        To be called before anything is received.
        """
        pending = await self._store.pending()
        self._perform((effect for effect in pending if effect.conversation == conversation), quiet_gap_s=0)

    def typing(self, conversation: Conversation) -> None:
        """The candidate is still typing: the quiet gap begins anew."""
        if conversation in self._settling:
            task, pending = self._settling.pop(conversation)
            task.cancel()
            self._perform([pending])

    async def idle(self, conversation: Conversation) -> None:
        """Wait until nothing is under way for a conversation. Raises the StoreError that an effect ended with, once."""
        while tasks := self._tasks.get(conversation):
            await asyncio.wait(tasks)
        failure = self._failures.pop(conversation, None)
        if failure:
            raise failure

    async def close(self) -> None:
        """Save the messages that are being taken, and end what else is under way; it stays pending on disk."""
        await asyncio.gather(*self._taking, return_exceptions=True)
        tasks = [task for some in self._tasks.values() for task in some]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # One message in

    def _lock(self, candidate: int) -> asyncio.Lock:
        lock = self._locks.get(candidate)
        if lock is None:
            lock = self._locks[candidate] = asyncio.Lock()
        return lock

    async def _open_interview(self, candidate: int) -> tuple[Interview | None, tuple[Send, ...]]:
        """The open interview; one whose role is gone is closed, which the candidate is told."""
        try:
            return await self._store.open_interview(candidate), ()
        except RoleMissingError:
            await self._store.close_unreadable(candidate)
            return None, (Send(pages.role_gone()),)

    async def _answered(self, candidate: int, inbound: Inbound, interview: Interview | None) -> Answer:
        """What follows from a message: a step of the interview, or the desk's reply."""
        if isinstance(inbound, CommandSent) and inbound.command not in _COMMANDS:
            return await self._desk.answer(candidate, inbound, interview)
        if interview is None:
            return None, (Send(pages.no_interview()),)
        event = self._event(inbound)
        try:
            return engine.step(interview, event)
        except UnexpectedEvent as unexpected:
            return interview, (Send(_unfit(unexpected)),)

    def _event(self, inbound: Inbound) -> Event:
        now = self._clock.now()
        match inbound:
            case TextSent():
                return MessageReceived(text.clean(inbound.text), inbound.inbound_id, now)
            case TextEdited():
                return MessageEdited(text.clean(inbound.text), inbound.message_id, now)
            case CommandSent():
                return CommandGiven(Command(inbound.command), now, inbound.turn)
            case never:
                assert_never(never)

    # Effects

    def _perform(self, pending: Iterable[PendingEffect], quiet_gap_s: float | None = None) -> None:
        """Start each effect; messages to one conversation go out one after the other."""
        gap_s = self._quiet_gap_s if quiet_gap_s is None else quiet_gap_s
        for effect in pending:
            where = effect.conversation
            if isinstance(effect.effect, Send):
                task = asyncio.create_task(self._send(effect, effect.effect.message, self._last_send.get(where)))
                self._last_send[where] = task
            else:
                task = asyncio.create_task(self._answer_effect(effect, effect.effect, gap_s))
                if isinstance(effect.effect, SettleAnswer):
                    self._settling[where] = task, effect
            self._tasks.setdefault(where, set()).add(task)
            task.add_done_callback(partial(self._ended, where))

    def _forget(self, where: Conversation, task: asyncio.Task[None]) -> None:
        self._tasks[where].discard(task)
        if not self._tasks[where]:
            del self._tasks[where]

    def _ended(self, where: Conversation, task: asyncio.Task[None]) -> None:
        """Forget an effect that is over, and remember what it failed with."""
        self._forget(where, task)
        if self._last_send.get(where) is task:
            del self._last_send[where]
        self._no_more_settling(where, task)
        error = None if task.cancelled() else task.exception()
        # An interview whose role is gone is closed at the next message; until then the owner may bring the role back.
        if error is None or isinstance(error, RoleMissingError):
            return
        if isinstance(error, StoreError):
            self._failures[where] = error
        elif isinstance(error, DeliveryError):
            _log.info("A message stays pending: %s", error)
        else:  # the error's own message is left out: it may hold what a candidate said
            frames = "".join(traceback.format_tb(error.__traceback__))
            _log.error("An effect failed with %s and stays pending.\n%s", type(error).__name__, frames)

    async def _send(self, pending: PendingEffect, message: Outbound, before: asyncio.Task[None] | None) -> None:
        """Deliver one message after the one before it."""
        if before:
            await asyncio.wait([before])
        await self._platforms[pending.conversation.platform].send(pending.conversation, message, str(pending.id))
        await self._store.performed(pending.id)

    async def _answer_effect(self, pending: PendingEffect, effect: _Answered, quiet_gap_s: float) -> None:
        """Perform an effect that has a result, let the engine step on it, and tell the candidate if that fails."""
        try:
            event = await self._result(pending, effect, quiet_gap_s)
            following = await self._follow(pending, event)
        except RoleMissingError:
            raise
        except Exception as error:
            told = pages.not_saved(str(error)) if isinstance(error, StoreError) else pages.something_failed()
            where = pending.conversation
            await self._platforms[where.platform].send(where, told, f"failed-{pending.id}")
            raise
        self._perform(following)

    async def _follow(self, pending: PendingEffect, event: Event | None) -> Sequence[PendingEffect]:
        """Step on the result of an effect, and save that together with what follows; a late result changes nothing."""
        if event is None:
            await self._store.performed(pending.id)
            return ()
        async with self._lock(pending.candidate):
            interview = await self._interview(pending)
            try:
                after, effects = engine.step(interview, event)
            except UnexpectedEvent:
                await self._store.performed(pending.id)
                return ()
            change = Change(pending.candidate, pending.conversation, interview, after, effects, performed=pending.id)
            return (await self._store.save(change)).pending

    def _no_more_settling(self, where: Conversation, task: asyncio.Task[None] | None) -> None:
        """From the end of its gap on, typing must not end a task: what it saves would never be followed up."""
        if where in self._settling and self._settling[where][0] is task:
            del self._settling[where]

    async def _result(self, pending: PendingEffect, effect: _Answered, quiet_gap_s: float) -> Event | None:
        """Do what the effect asks for, if its interview is not over; no lock and no transaction is held meanwhile."""
        if isinstance(effect, SettleAnswer):
            await self._clock.sleep(quiet_gap_s)
            self._no_more_settling(pending.conversation, asyncio.current_task())
            return AnswerSettled(effect.turn, effect.revision, self._clock.now())
        interview = await self._interview(pending)
        if not interview.is_open:
            return None
        turn = interview.turns[effect.turn]
        match effect:
            case ConsiderAnswer():
                consideration = await self._interviewer.consider(interview.role, turn)
                return AnswerConsidered(effect.turn, effect.revision, consideration, self._clock.now())
            case AssessAnswer():
                assessment = await self._interviewer.assess(interview.role, turn)
                return AnswerAssessed(effect.turn, assessment, self._clock.now())
            case StrengthenAnswer():
                stronger = await self._interviewer.strengthen(interview.role, turn)
                return AnswerStrengthened(effect.turn, stronger, self._clock.now())
            case never:
                assert_never(never)

    async def _interview(self, pending: PendingEffect) -> Interview:
        """The interview an effect belongs to, as it is now."""
        interview = await self._store.interview(pending.candidate, pending.interview or 0)
        if interview is None:
            msg = f"effect {pending.id} belongs to no interview"
            raise LookupError(msg)
        return interview


def _unfit(unexpected: UnexpectedEvent) -> Outbound:
    """What the candidate is told whose message did not fit."""
    event = unexpected.event
    if isinstance(event, MessageEdited):
        return pages.too_late_to_edit()
    command = event.command if isinstance(event, CommandGiven) else None
    return pages.unfit(unexpected.phase, command, stale=unexpected.stale)
