"""What the core needs from outside, and the errors that may come back."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from enum import IntEnum, auto
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager, AbstractContextManager
    from datetime import datetime

    from core.accounts import Account, CodeMaker, LinkCode
    from core.effects import Effect
    from core.history import HistoryPage, Transcript
    from core.messages import Outbound
    from core.model import Assessment, Consideration, Conversation, Interview, Preferences, Report, Stronger, Turn
    from core.prompts import Prompt
    from core.roles import Role
    from core.speech import Excerpt, SoundProblem, Speech, Transcription, VoiceNote


class DeliveryError(Exception):
    """A message could not be delivered; it stays pending."""


class UnreachableError(DeliveryError):
    """The candidate cannot be written to any more: they blocked the bot, left, or deleted their account."""


class RefusedMessageError(DeliveryError):
    """The platform will never take this message, however often it is sent; others may still arrive."""


class UnservedError(Exception):
    """This process does not serve the platform of a conversation; another one may."""


class StoreError(Exception):
    """The store could not do what it was asked. The message is one sentence for a person, and says what to do."""


class StoreUnavailableError(StoreError):
    """Nothing was saved: the disk is full or read-only, or the database is locked or broken."""


class StoreInUseError(StoreUnavailableError):
    """The database is open in another process of the bot."""


class StaleInterviewError(StoreError):
    """The interview was changed by somebody else since it was loaded; nothing was saved."""


class AlreadySeenError(StoreError):
    """This inbound message was taken before; nothing was saved."""


class CodeGoneError(StoreError):
    """By this code nobody can join, or not from there; nothing was saved.

    It has been used or replaced, is the candidate's own, or other accounts belong to who would join.
    """


class RoleMissingError(StoreError):
    """The role or a question of a stored interview is no longer in the role files."""


class NoteUnavailableError(Exception):
    """A voice note cannot be fetched from its platform for now."""


class NoteGoneError(NoteUnavailableError):
    """A voice note is no longer there, or was never one."""


class TranscriberError(Exception):
    """A sound was not transcribed. The message is one sentence for the owner."""


class UnusableSoundError(TranscriberError):
    """The sound itself cannot be used; `problem` says why.

    `longest_s` is how long it may be, in seconds, where it is too long; None where that is not known.
    """

    def __init__(self, problem: SoundProblem, longest_s: float | None = None) -> None:
        super().__init__(f"The sound cannot be used: {problem}.")
        self.problem = problem
        self.longest_s = longest_s


class TranscriberUnavailableError(TranscriberError):
    """The model for listening is missing, cannot be loaded, or failed."""


class TranscriberBusyError(TranscriberError):
    """Too many sounds are waiting already."""


class SynthesizerError(Exception):
    """A text was not made into speech. The message is one sentence for the owner."""


class RecordingError(Exception):
    """A recording could not be kept, read or deleted. The message is one sentence for the owner."""


class LanguageModelError(Exception):
    """A language model gave no reply that can be used. The message is one sentence for the owner."""


class ModelUnavailableError(LanguageModelError):
    """The model's server cannot be reached, fails, breaks off, or takes longer than it may."""


class ModelMissingError(LanguageModelError):
    """The server has no such model."""


class CutReplyError(LanguageModelError):
    """The reply ended before it was complete."""


class UnusableRepliesError(LanguageModelError):
    """The model gave no usable reply, although it was asked again."""


class PromptTooLongError(LanguageModelError):
    """The prompt would not fit into the model's context, which would cut it silently; nothing was sent."""


class ModelBusyError(LanguageModelError):
    """Too many calls are waiting for the model already."""


class LanguageModel(Protocol):
    """Completes prompts. What it says is data: it is parsed and checked, never obeyed."""

    @property
    def name(self) -> str:
        """The model's name, as assessments record it."""
        ...

    @property
    def context_tokens(self) -> int:
        """How many tokens prompt and reply may have together."""
        ...

    async def complete(self, prompt: Prompt) -> str:
        """The whole reply to a prompt, within the model's own deadlines. Raises LanguageModelError."""
        ...


class Urgency(IntEnum):
    """How soon a call of a model is wanted, the soonest first."""

    CONSIDERATION = auto()
    LOOKED_ON = auto()
    BACKGROUND = auto()


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who waits for an interviewer: whose share of a model it takes, and whether the candidate looks on meanwhile.

    `told` is called with a place in the queue, 1 for the next, when the candidate has to wait for others. `considers`
    says that the interview cannot go on without it. `calling` is entered for each call while it is with the model, and
    so hears whether it was replied to, failed or was given up.
    """

    candidate: int = 0
    looks_on: bool = True
    told: Callable[[int], Awaitable[None]] | None = None
    considers: bool = False
    calling: Callable[[], AbstractContextManager[None]] = nullcontext

    @property
    def urgency(self) -> Urgency:
        """How soon it is wanted; a consideration is one whoever looks on."""
        if self.considers:
            return Urgency.CONSIDERATION
        return Urgency.LOOKED_ON if self.looks_on else Urgency.BACKGROUND


NOBODY = Waiting(looks_on=False)


class Interviewer(Protocol):
    """Considers and assesses answers."""

    async def consider(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Consideration:
        """What kind of message the latest answer is, what is missing, and a follow-up that asks for it."""
        ...

    async def assess(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Assessment:
        """The levels of all answers of the turn together, with evidence quoted from them."""
        ...

    async def strengthen(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Stronger:
        """The candidate's own answer one level up, from their facts only; gaps are blanks to fill."""
        ...


class Platform(Protocol):
    """A place where candidates are spoken to."""

    async def send(self, conversation: Conversation, message: Outbound, key: str, speech: Speech | None = None) -> None:
        """Deliver a message, and `speech` with it; the same `key` means the same message again.

        A platform that cannot play the speech leaves it away. One that replaces another changes that in place, and is
        sent as a new one where that is not possible. Raises DeliveryError when it cannot be delivered for now,
        RefusedMessageError when this one never can be, and UnreachableError when nothing ever will be.
        """
        ...

    async def working(self, conversation: Conversation, *, speaking: bool = False) -> None:
        """Give one pulse of the sign that something is being worked on, which lasts some seconds; never raises.

        `speaking` says that it is a reply to listen to.
        """
        ...

    async def fetch(self, conversation: Conversation, note: VoiceNote) -> bytes:
        """The sound of a voice note, in memory only.

        Raises NoteUnavailableError, NoteGoneError when it never can be had, and UnusableSoundError when it is larger
        than 20 MB, before more than that is read.
        """
        ...


class Transcriber(Protocol):
    """Listens. What it hears is data, like all that a candidate says."""

    async def transcribe(
        self,
        fetch: Callable[[], Awaitable[bytes]],
        *,
        language: str = "",
        declared_s: float | None = None,
        told: Callable[[int], Awaitable[None]] | None = None,
    ) -> Transcription:
        """What is said in a sound, which `fetch` gives when its turn has come, so that what waits takes no memory.

        `language` is a code as in "en", "" when it is to be found out; `declared_s` how long the sound should be.
        `told` is called with a place in the queue, 1 for the next, when it has to wait for others. Raises
        TranscriberError and what `fetch` raises. Whoever is cancelled leaves the queue, and what was begun is given up
        as soon as can be.
        """
        ...


class Synthesizer(Protocol):
    """Speaks."""

    async def synthesize(self, text: str, *, language: str = "en") -> Speech | None:
        """A text as speech, None when nothing in it can be spoken. Raises SynthesizerError."""
        ...


class Recordings(Protocol):
    """Keeps the sound of voice notes for candidates who want that. Every method raises RecordingError."""

    async def keep(self, interview: int, note: str, sound: bytes) -> None:
        """Keep the sound of a voice note; the same note again takes the place of the first."""
        ...

    async def excerpt(self, excerpt: Excerpt) -> Speech | None:
        """A piece of a note that was kept, None when it is not there."""
        ...

    async def drop(self, interview: int, note: str) -> None:
        """Delete the sound of a voice note, where it was kept."""
        ...

    async def forget(self, interviews: Sequence[int]) -> None:
        """Delete all that was kept of some interviews."""
        ...


class Clock(Protocol):
    """The time, so that tests can own it."""

    def now(self) -> datetime:
        """The time now, in UTC, with time zone."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait that many seconds."""
        ...


@dataclass(frozen=True, slots=True)
class PendingEffect:
    """An effect on disk that has not been performed yet. `interview` is None for replies outside an interview."""

    id: int
    candidate: int
    conversation: Conversation
    effect: Effect
    interview: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """All that one step changes, saved in one transaction or not at all.

    `before` and `after` are the interview as it was loaded and as it is now (`before` None for a new one, both None
    when no interview is concerned). `inbound_id` is recorded as seen. `performed` is the id of the pending effect whose
    result this is; it is removed. `preferences` are the candidate's new ones, None when they stay as they are.
    `code` is a new code for joining accounts, in place of the candidate's earlier one. `joins` is the digest of the
    code by which the conversation's account joins the candidate who made it, and takes along the interviews that were
    begun on it, with all that is pending of them; both accounts keep where they were then. `leaves`
    are accounts that go back to the candidate they came from, with those begun on them.
    """

    candidate: int
    conversation: Conversation
    before: Interview | None = None
    after: Interview | None = None
    effects: tuple[Effect, ...] = ()
    inbound_id: str | None = None
    performed: int | None = None
    preferences: Preferences | None = None
    code: LinkCode | None = None
    joins: str = ""
    leaves: tuple[Account, ...] = ()


class Standing(NamedTuple):
    """A pending effect with the interview that it belongs to, and where its candidate wrote last.

    Of a message, which needs neither, they are not looked for.
    """

    pending: PendingEffect
    interview: Interview | None
    where: Conversation | None


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save gave: the interview with its id and version, and the effects with their ids, in order."""

    interview: Interview | None
    pending: tuple[PendingEffect, ...]


class Store(Protocol):
    """Keeps everything. Every method raises StoreUnavailableError when the database cannot be used."""

    async def candidate(self, conversation: Conversation) -> int:
        """The id of the candidate behind an account, who is made at the first contact."""
        ...

    async def current_interview(self, candidate: int) -> Interview | None:
        """The candidate's open interview, else the newest, or None. Of one that is over and whose role is gone, None.

        Raises RoleMissingError when it is open and its questions are gone.
        """
        ...

    async def interview(self, candidate: int, interview_id: int) -> Interview | None:
        """That interview if it is this candidate's own, else None. Raises RoleMissingError as above."""
        ...

    async def report(self, candidate: int, interview_id: int | None = None) -> Report | None:
        """The report of that interview of the candidate's own, of the newest one that has a report when None."""
        ...

    async def transcript(self, candidate: int, interview_id: int | None = None) -> Transcript | None:
        """All that was said in that interview of the candidate's own, in the newest one when None."""
        ...

    async def accounts(self, candidate: int) -> Sequence[Account]:
        """The candidate's identities, the oldest first."""
        ...

    async def code_maker(self, digest: str, at: datetime) -> CodeMaker | None:
        """Who made the code with that digest, and where; None when it is not, or no longer, valid at that time."""
        ...

    async def save(self, change: Change) -> Saved:
        """Save a change. Raises AlreadySeenError, StaleInterviewError or CodeGoneError, and then nothing is saved."""
        ...

    async def close_unreadable(self, candidate: int) -> None:
        """Mark the open interview as dropped although its role is gone; nothing of it is deleted."""
        ...

    def alone(self, candidate: int) -> AbstractAsyncContextManager[None]:
        """Keep other processes from this candidate until the end of the block; to be entered once at a time in each.

        Where there is one process only there is nothing to do.
        """
        ...

    async def pending(self) -> Sequence[PendingEffect]:
        """All pending effects, oldest first."""
        ...

    async def pending_effect(self, effect_id: int) -> PendingEffect | None:
        """That pending effect, None when it has been performed, or given up."""
        ...

    async def pending_of(self, candidate: int) -> Sequence[PendingEffect]:
        """The pending effects of a candidate, oldest first."""
        ...

    async def performed(self, effect_id: int) -> None:
        """Remove a pending effect that has been performed."""
        ...

    async def wrote_last(self, candidate: int) -> Conversation | None:
        """Where the candidate's newest message was taken from, None where none is known any more."""
        ...

    async def standing(self, effect_id: int, interview_id: int = 0) -> Standing | None:
        """A pending effect and how things stand about it, at one look where processes share the database; None without.

        `interview_id` is the interview that it was found to belong to before, which spares reading that again.
        """
        ...

    async def last_seen(self, platform: str) -> Mapping[str, str]:
        """The newest message taken from each chat of a platform, by chat: the highest number among the inbound ids.

        Those count that are digits only, or digits behind their kind and a colon (`voice:123`). What was pressed
        (`interaction:123`) is no message: of a chat where nothing else was taken it is the first of those.
        """
        ...

    async def preferences(self, candidate: int) -> Preferences:
        """What the candidate wants of every interview."""
        ...

    async def interviews(self, candidate: int) -> Sequence[int]:
        """The ids of all interviews of a candidate."""
        ...

    async def usual_pace(self, candidate: int) -> float | None:
        """How fast the candidate spoke in the latest five reports that tell it, in words a minute; None without any."""
        ...

    async def forget(self, candidate: int) -> None:
        """Delete a candidate with everything that is kept of them, on all their accounts."""
        ...

    async def asked(self, candidate: int, role_id: str) -> Sequence[str]:
        """The ids of the questions of a role that this candidate was asked, newest first, at most 50."""
        ...

    async def history(
        self, candidate: int, before: int | None = None, limit: int = 10, *, after: int | None = None
    ) -> HistoryPage:
        """A page of the candidate's interviews, newest first: those next below the id `before`, or next above `after`.

        The newest ones where neither is given.
        """
        ...


class Jobs(Protocol):
    """Has pending effects performed by whichever process is free; each is queued in the transaction that saves it.

    Both methods raise StoreUnavailableError.
    """

    async def postpone(self, pending: PendingEffect, seconds: float) -> None:
        """Let an effect that has not been begun wait for so many seconds from now; nothing happens to any other."""
        ...

    async def end(self, pending: Sequence[PendingEffect]) -> None:
        """Give effects up wherever they are performed, as nobody wants their results any more."""
        ...
