"""What is said about voice notes: what was heard in them, and why one cannot be used."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.messages import Choice, Outbound, OutboundKind
from core.speech import SoundProblem
from core.wording.menus import GO_ON
from core.wording.pieces import count, line, notice, quote, small

if TYPE_CHECKING:
    from core.messages import Block

NOTABLE_GAP_S = 1.0
"""A note that is shorter than its platform had declared by more than this many seconds came only in part; our choice,
as platforms round what they declare."""

_SHORTER = "Please give me the short version, or send it in parts."
_PROBLEMS = {
    SoundProblem.TOO_LARGE: "That voice note is too large for me: I can take up to 20 MB. Please send a shorter one, "
    "or type your answer.",
    SoundProblem.TOO_LONG: f"That voice note is too long for me. {_SHORTER}",
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


def heard(text: str, note: str, *, missing_s: float = 0.0, another_try: int = 0) -> Outbound:
    """What was heard in a voice note, which counts unless it is recorded again.

    It begins another try at the question with the number `another_try`, or none where that is 0.
    """
    counts = "It counts as it is. While we are on this question, Record again takes it back, and a reply corrects it."
    last = small(" ".join((*_begins(another_try), counts)))
    return _heard((line("I heard:"), quote(text), *_missing(missing_s), last), note, _choices(note))


def doubtful(text: str, note: str, *, missing_s: float = 0.0, another_try: int = 0) -> Outbound:
    """What may have been heard in a voice note, which counts only once the candidate says so; else as `heard`."""
    asked = line("I am not sure that I heard this right. Use it as it is, record it again, or type what you said.")
    use, again = _choices(note)
    told = (*_missing(missing_s), asked, *map(small, _begins(another_try)))
    return _heard((line("I heard:"), quote(text), *told), note, (use, again), default=use)


def heard_only(text: str, note: str) -> Outbound:
    """What was heard of a wish that is done, or of a reason to disagree that is taken."""
    return _heard((line("I heard:"), quote(text)), note)


def heard_in_pause(text: str, note: str) -> Outbound:
    """What was heard of a wish of somebody who has paused since."""
    paused = line("The interview is paused, so I have not done that. /resume goes on.")
    return _heard((line("I heard:"), quote(text), paused), note, (GO_ON,))


def doubtful_wish(text: str, note: str, command: str, turn: int) -> Outbound:
    """What may have been asked for by voice, which is done once the candidate says so: `command`, of that turn."""
    asked = line("I am not sure that I heard this right, so I have not done it yet. Press the button, or say it again.")
    use = Choice("Use it", command, turn=turn)
    return _heard((line("I heard:"), quote(text), asked), note, (use,), default=use)


def doubtful_reason(text: str, note: str) -> Outbound:
    """What may have been heard of a reason to disagree, which is not taken: there is one chance to give it."""
    asked = line("I am not sure that I heard this right, so I have not taken it. Please say it again, or type it.")
    return _heard((line("I heard:"), quote(text), asked), note)


def nothing_heard() -> Outbound:
    """A voice note without a single word."""
    return notice("I could not make out any words in that voice note. Please record it again, or type your answer.")


def refused(problem: SoundProblem, longest_s: float | None = None) -> Outbound:
    """A voice note that cannot be used; one that is too long may be `longest_s` seconds."""
    if problem is SoundProblem.TOO_LONG and longest_s:
        return notice(f"That voice note is too long for me: I can take up to {_length(longest_s)}. {_SHORTER}")
    return notice(_PROBLEMS[problem])


def _length(seconds: float) -> str:
    """A limit in the unit in which people would say it."""
    minutes, rest = divmod(round(seconds), 60)
    return count(round(seconds), "second") if rest else count(minutes, "minute")


def used(*, listening: bool, doubtful: bool) -> Outbound:
    """What was heard is used; what else of the answer has to be heard or confirmed first."""
    if listening:
        return notice("Good. I am still listening to another voice note of yours, and go on after that.")
    if doubtful:
        return notice("Good. There is another voice note that I am not sure about: please confirm that one as well.")
    return notice("Good, that is what I am thinking about.")


def used_before() -> Outbound:
    """What was heard was used before, and the interviewer has asked something since."""
    return notice("That counts already. Please go on with my latest question.")


def used_in_pause() -> Outbound:
    """What was heard is used, for somebody who has paused."""
    return notice("Good, I keep that as your answer. The interview is paused; /resume goes on.", GO_ON)


def still_listening(note: str) -> Outbound:
    """The candidate says that the answer is complete while a note of it is listened to."""
    return notice(
        "One moment, please: I am still listening to your voice note, and go on after that.", _leave_out(note)
    )


def left_out() -> Outbound:
    """A note that was still listened to is left out, as the candidate wished."""
    return notice("All right, I leave that voice note out.")


def not_taken() -> Outbound:
    """The candidate goes on while a note is listened to, or is doubtful."""
    return notice("A voice note of yours was not taken yet, so what you said in it does not count.")


def one_reason(note: str) -> Outbound:
    """Another note came while one is listened to in which a reason to disagree is given."""
    return notice(
        "I am still listening to your first voice note and take the reason from that one, so this one was not taken.",
        _leave_out(note),
    )


def reason_was_written() -> Outbound:
    """A reason to disagree was written while a note was listened to."""
    return notice("I go by what you have written, so your voice note is left out.")


def not_heard_yet(reason: str, note: str) -> Outbound:
    """What was heard in a note cannot be saved for now; `reason` is the store's sentence."""
    return notice(
        f"I cannot go on with your voice note: {reason} What you said before is kept, and I try again by myself.",
        _leave_out(note),
    )


def confirm_first() -> Outbound:
    """The candidate says that the answer is complete while a note of it is doubtful."""
    return notice("I am not sure that I heard your voice note right. Please confirm it first, or type what you said.")


def record_again() -> Outbound:
    """What was heard is taken back."""
    return notice("All right, I have taken that back. Record it again, or type it.")


def taken(number: int, *, reviewing: bool, reported: bool) -> Outbound:
    """A note is to be changed whose answer has been taken: of question `number`, or of what is looked at just now.

    `reported` says that the report is there.
    """
    again = f"{'' if reported else 'After the report '}/retry {number} takes it again."
    onward = "/retry takes this question again." if reviewing else again
    return notice(f"Your answer to question {number} has been taken. {onward}")


def not_used() -> Outbound:
    """A note is to be changed that was left behind with its question."""
    return notice("That question is over, and this voice note is not used.")


def not_fetched_yet(note: str) -> Outbound:
    """A note cannot be had, or be listened to, for some minutes."""
    return notice(
        "I could not get to your voice note yet. It is not lost: I try again by myself for some minutes.",
        _leave_out(note),
    )


def listening_failed(note: str) -> Outbound:
    """Listening to a note failed in a way nobody foresaw."""
    return notice(
        "Something went wrong on my side, so your voice note has to wait until I am started next. It is not lost.",
        _leave_out(note),
    )


def note_waits(place: int, note: str) -> Outbound:
    """For somebody whose voice note waits behind others; `place` in line counts from 1."""
    where = "yours is next in line" if place == 1 else f"yours is number {place} in line"
    return notice(
        f"Other voice notes are before yours: {where}. It is safe, and I listen to it by myself.", _leave_out(note)
    )


def cannot_listen() -> Outbound:
    """A voice note came where nothing is there to listen to it."""
    return notice("I cannot listen to voice notes here, so that one was not taken. Please type your answer.")


def not_listened(page: Outbound) -> Outbound:
    """What comes for a voice note when no interview is open, with a word that it was not listened to."""
    told = line("No interview is running, so I have not listened to that voice note.")
    return replace(page, blocks=(told, *page.blocks))


def not_forgotten() -> Outbound:
    """Everything was to be deleted, and the recordings could not be."""
    return notice("I could not delete your recordings, so I have deleted nothing yet. Please try /forget again later.")


def recordings_not_deleted() -> Outbound:
    """The recordings were to be deleted, and could not be."""
    return notice(
        "I keep no more recordings from now on, but I could not delete those that I had kept. Please try again in a "
        "few minutes.",
        Choice("Delete recordings", "settings", "recordings off"),
    )


def _heard(
    blocks: tuple[Block, ...], note: str, choices: tuple[Choice, ...] = (), default: Choice | None = None
) -> Outbound:
    return Outbound(OutboundKind.HEARD, blocks, choices, default, answers=note)


def _leave_out(note: str) -> Choice:
    return Choice("Leave it out", "again", note)


def _begins(another_try: int) -> tuple[str, ...]:
    """That a note begins another try, where it does."""
    return (f"This is another try at question {another_try}.",) if another_try else ()


def _choices(note: str) -> tuple[Choice, Choice]:
    return Choice("Use it", "use", note), Choice("Record again", "again", note)


def _missing(seconds: float) -> tuple[Block, ...]:
    """That only a part of the note has come."""
    if seconds <= NOTABLE_GAP_S:
        return ()
    gap = count(round(seconds), "second")
    return (small(f"Only a part of the note arrived: about {gap} are missing."),)
