"""What is said about voice notes: what was heard in them, and why one cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import Choice, Outbound, OutboundKind
from core.speech import SoundProblem
from core.wording.pieces import count, line, notice, quote, small

if TYPE_CHECKING:
    from core.messages import Block

NOTABLE_GAP_S = 1.0
"""A note that is shorter than its platform had declared by more than this many seconds came only in part; our choice,
as platforms round what they declare."""

_PROBLEMS = {
    SoundProblem.TOO_LARGE: "That voice note is too large for me: I can take up to 20 MB. Please send a shorter one, "
    "or type your answer.",
    SoundProblem.TOO_LONG: "That voice note is too long for me. Please give me the short version, or send it in parts.",
    SoundProblem.TOO_SHORT: "That voice note is too short for me to hear anything in it. Please record it again, or "
    "type your answer.",
    SoundProblem.SILENT: "I could hear nobody speak in that voice note. Please check the microphone and record it "
    "again, or type your answer.",
    SoundProblem.NO_SOUND: "There is no sound in that file. Please record it again, or type your answer.",
    SoundProblem.UNREADABLE: "I could not open that sound: it is damaged, or of a kind that I do not know. Please "
    "record it again, or type your answer.",
    SoundProblem.TOO_SLOW: "Opening that sound took too long, so I gave it up. Please record it again, or type your "
    "answer.",
    SoundProblem.GONE: "I could not fetch that voice note. Please send it again, or type your answer.",
    SoundProblem.BUSY: "Too many voice notes are waiting at the moment, so I could not take yours. Please send it "
    "again in a few minutes, or type your answer.",
    SoundProblem.UNAVAILABLE: "I cannot listen at the moment, so that voice note was not heard. Please type your "
    "answer.",
}


def heard(text: str, note: str, *, missing_s: float = 0.0) -> Outbound:
    """What was heard in a voice note, which counts unless it is recorded again."""
    return _heard((line("I heard:"), quote(text), *_missing(missing_s)), note, _choices(note))


def doubtful(text: str, note: str, *, missing_s: float = 0.0) -> Outbound:
    """What may have been heard in a voice note, which counts only once the candidate says so."""
    asked = line("I am not sure that I heard this right. Use it as it is, record it again, or type what you said.")
    use, again = _choices(note)
    return _heard((line("I heard:"), quote(text), *_missing(missing_s), asked), note, (use, again), default=use)


def heard_reason(text: str, note: str) -> Outbound:
    """What was heard of a reason to disagree, which is taken as it is."""
    return _heard((line("I heard:"), quote(text)), note)


def doubtful_reason(text: str, note: str) -> Outbound:
    """What may have been heard of a reason to disagree, which is not taken: there is one chance to give it."""
    asked = line("I am not sure that I heard this right, so I have not taken it. Please say it again, or type it.")
    return _heard((line("I heard:"), quote(text), asked), note)


def nothing_heard() -> Outbound:
    """A voice note without a single word."""
    return notice("I could not make out any words in that voice note. Please record it again, or type your answer.")


def refused(problem: SoundProblem) -> Outbound:
    """A voice note that cannot be used."""
    return notice(_PROBLEMS[problem])


def used(*, listening: bool, doubtful: bool) -> Outbound:
    """What was heard is used; what else of the answer has to be heard or confirmed first."""
    if listening:
        return notice("Good. I am still listening to another voice note of yours, and go on after that.")
    if doubtful:
        return notice("Good. There is another voice note that I am not sure about: please confirm that one as well.")
    return notice("Good, that is what I am thinking about.")


def still_listening() -> Outbound:
    """The candidate says that the answer is complete while a note of it is listened to."""
    return notice("One moment, please: I am still listening to your voice note, and go on after that.")


def confirm_first() -> Outbound:
    """The candidate says that the answer is complete while a note of it is doubtful."""
    return notice("I am not sure that I heard your voice note right. Please confirm it first, or type what you said.")


def record_again() -> Outbound:
    """What was heard is taken back."""
    return notice("All right, I have taken that back. Record it again, or type it.")


def note_waits(place: int) -> Outbound:
    """For somebody whose voice note waits behind others; `place` in line counts from 1."""
    where = "yours is next in line" if place == 1 else f"yours is number {place} in line"
    return notice(f"Other voice notes are before yours: {where}. It is safe, and I listen to it by myself.")


def cannot_listen() -> Outbound:
    """A voice note came where nothing is there to listen to it."""
    return notice("I cannot listen to voice notes here, so that one was not taken. Please type your answer.")


def not_forgotten() -> Outbound:
    """Everything was to be deleted, and the recordings could not be."""
    return notice("I could not delete your recordings, so I have deleted nothing yet. Please try /forget again later.")


def recordings_not_deleted() -> Outbound:
    """The recordings were to be deleted, and could not be."""
    return notice(
        "I keep no more recordings from now on, but could not delete the earlier ones. Please try /settings recordings "
        "off again later."
    )


def _heard(
    blocks: tuple[Block, ...], note: str, choices: tuple[Choice, ...] = (), default: Choice | None = None
) -> Outbound:
    return Outbound(OutboundKind.HEARD, blocks, choices, default, answers=note)


def _choices(note: str) -> tuple[Choice, Choice]:
    return Choice("Use it", "use", note), Choice("Record again", "again", note)


def _missing(seconds: float) -> tuple[Block, ...]:
    """That only a part of the note has come."""
    if seconds <= NOTABLE_GAP_S:
        return ()
    gap = count(round(seconds), "second")
    return (small(f"Only a part of the note arrived: about {gap} are missing."),)
