"""What a candidate reads of earlier interviews: the list, the transcript, and what is not there."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from core import text
from core.messages import Choice, Document, Outbound, OutboundKind
from core.model import Phase, Speaker, UtteranceKind
from core.wording.menus import BEGIN, HISTORY
from core.wording.pieces import count, heading, item, line, notice, quote, score, small

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.history import HistoryItem, HistoryPage, Transcript
    from core.messages import Block
    from core.model import Utterance

LONGEST_TRANSCRIPT = 3000
"""Of a transcript in a message, in UTF-16 units; a longer one is a file."""
_LONGEST_NAME = 40
_STATES = {Phase.FINISHED: "finished", Phase.DROPPED: "ended without a report", Phase.PAUSED: "paused"}
_SPEAKERS = {Speaker.INTERVIEWER: "Interviewer", Speaker.CANDIDATE: "You"}
_NOT_COUNTED = {
    UtteranceKind.VOICE_NOTE: "in a voice note",
    UtteranceKind.DOUBTFUL: "aloud and not clearly heard",
}
_NO_WORDS = "(not transcribed)"


def history(page: HistoryPage) -> Outbound:
    """A page of the candidate's interviews, newest first."""
    if not page.interviews:
        none = line("You have no interviews yet. /interview starts the first.")
        return Outbound(OutboundKind.HISTORY, (none,), (BEGIN,))
    blocks = [heading(f"Your history: {count(page.interviews, 'interview')}")]
    if page.average is not None:
        blocks.append(score("Average", page.average, ""))
    blocks += [item(_history_line(one), _history_line(one, calm=True)) for one in page.items]
    blocks.append(small("/report followed by a number shows that report, /transcript what was said."))
    if page.newer:
        blocks.append(small(f"/history >{page.newer} shows newer ones."))
    if page.older:
        blocks.append(small(f"/history {page.older} shows older ones."))
    return Outbound(OutboundKind.HISTORY, tuple(blocks), (*map(_report_choice, page.items), *_neighbours(page)))


def transcript(kept: Transcript) -> Outbound:
    """All that was said in an interview: in the message where it is short, else as a file, which holds no figures."""
    head = [heading(f"Transcript: {kept.role_title}"), small(_circumstances(kept))]
    if kept.total is not None:
        head.append(score("Total", kept.total, ""))
    whole = Outbound(OutboundKind.TRANSCRIPT, (*head, *_conversation(kept)))
    if text.units(whole.text) <= LONGEST_TRANSCRIPT:
        return whole
    answered = line("Here is all that was said, question by question.")
    return replace(whole, blocks=(*head, answered), document=Document(_file_name(kept), _written(kept)))


def no_transcript() -> Outbound:
    """A transcript was asked for and there is none."""
    return notice("There is no such interview of yours. /history lists them, /interview starts one.")


def without_report(kept: Transcript) -> Outbound:
    """An interview whose report was asked for has none, or none yet."""
    state = {Phase.DROPPED: "ended without a report", Phase.PAUSED: "is paused, so it has no report yet"}
    said = state.get(kept.phase, "is still open, so it has no report yet")
    return notice(
        f"Interview {kept.interview}, {kept.role_title}, {said}. What was said is in its transcript.",
        Choice("Transcript", "transcript", str(kept.interview)),
        HISTORY,
    )


def _history_line(one: HistoryItem, *, calm: bool = False) -> str:
    total = f"{one.total:.1f} of 5" if one.total is not None else "no score"
    scored = () if calm else (total,)
    when = f"{one.started_at:%Y-%m-%d %H:%M} UTC"
    return " · ".join((str(one.id), when, one.role_title, one.mode.value, *scored, _state(one)))


def _state(one: HistoryItem | Transcript) -> str:
    """Where an interview stands; one that was closed during a further attempt has kept its report."""
    if one.phase is Phase.DROPPED and one.total is not None:
        return "ended"
    return _STATES.get(one.phase, "open")


def _report_choice(one: HistoryItem) -> Choice:
    """The button of an interview, without its score: some candidates hide numbers."""
    day = f"{one.started_at.day} {one.started_at:%b}"
    return Choice(f"{one.id} · {one.role_title} · {day}", "report", str(one.id))


def _neighbours(page: HistoryPage) -> Iterator[Choice]:
    if page.newer:
        yield Choice("Newer", "history", f">{page.newer}", row=0)
    if page.older:
        yield Choice("Older", "history", f"<{page.older}", row=0)


def _circumstances(kept: Transcript) -> str:
    when = f"{kept.started_at:%Y-%m-%d %H:%M} UTC"
    mode, level = f"{kept.mode.value} interview", f"{kept.seniority.value} level"
    return " · ".join((f"Interview {kept.interview}", when, mode, level, _state(kept)))


def _conversation(kept: Transcript) -> Iterator[Block]:
    """What was said and not taken back, turn by turn; the candidate's words as quotes."""
    for title, said in _turns(kept):
        yield heading(title)
        before = ""
        for one in said:
            speaker = _speaker(one)
            if one.speaker is Speaker.INTERVIEWER:
                yield line(f"{speaker}: {one.text}")
            else:
                yield from (*(() if before == speaker else (line(f"{speaker}:"),)), quote(_words(one)))
            before = speaker


def _written(kept: Transcript) -> str:
    """The transcript as a plain text."""
    parts = [f"Transcript: {kept.role_title}\n{_circumstances(kept)}"]
    for title, said in _turns(kept):
        parts.append(f"{title}\n{'-' * len(title)}")
        parts += [f"{_speaker(one)}:\n{_words(one)}" for one in said]
    return "\n\n".join(parts) + "\n"


def _speaker(said: Utterance) -> str:
    """Who said it, and whether aloud."""
    if said.kind in _NOT_COUNTED:
        return f"You, {_NOT_COUNTED[said.kind]}"
    return f"{_SPEAKERS[said.speaker]}{_how(said)}"


def _how(said: Utterance) -> str:
    """That something was said aloud, and whether its words were put right in writing."""
    if said.spoken is None:
        return ""
    heard = [word for one in said.spoken.words for word in text.words(one.text)]
    return ", aloud" if heard == text.words(said.text) else ", aloud, corrected in writing"


def _words(said: Utterance) -> str:
    """What was said, or what stands for a note without words."""
    return _NO_WORDS if said.kind is UtteranceKind.VOICE_NOTE else said.text


def _turns(kept: Transcript) -> Iterator[tuple[str, tuple[Utterance, ...]]]:
    """Each turn with its title; a question that was asked before keeps its number."""
    numbers: dict[str, int] = {}
    for said in kept.turns:
        question = _question(said)
        again = " again" if question in numbers else ""
        left = tuple(one for one in said if one.kind is not UtteranceKind.RETRACTED)
        yield f"Question {numbers.setdefault(question, len(numbers) + 1)}{again}", left


def _question(said: tuple[Utterance, ...]) -> str:
    return next((one.text for one in said if one.kind is UtteranceKind.QUESTION), "")


def _file_name(kept: Transcript) -> str:
    """A name that every system can hold, such as “interview-12-backend-engineer.txt”."""
    plain = unicodedata.normalize("NFKD", kept.role_title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_NAME].strip("-")
    return "-".join(filter(None, ("interview", str(kept.interview), words))) + ".txt"
