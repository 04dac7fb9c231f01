"""How an answer was spoken, in plain figures: what was heard, and never what somebody is like."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core import delivery, text
from core.delivery import FASTEST, MANY_FILLERS, SLOWEST, Tempo
from core.messages import Choice
from core.wording.pieces import count, heading, line, notice, small

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.messages import Block, Outbound
    from core.model import Finding, Interview, Report, Turn
    from core.speech import Delivery

_MINUTE = 60
_LONGEST_LABEL = 32
_NOT_SCORED = "This is no part of the scores."
_NOT_TYPED = "This is about what you said aloud, not about what you typed, and no part of the scores."
_PACES = {
    Tempo.SLOWER: "more slowly than most interviewers like",
    Tempo.ALIKE: "at a pace that is easy to follow",
    Tempo.FASTER: "faster than most interviewers like",
}
_OUTSIDE = {
    Tempo.SLOWER: f"That is slower than {SLOWEST} to {FASTEST} words a minute, which are easy to follow.",
    Tempo.FASTER: f"That is faster than {SLOWEST} to {FASTEST} words a minute, which are easy to follow.",
}
_MANY = f"From about {MANY_FILLERS:.0f} a minute on, fillers put listeners off; a short silence does no harm."
_MANY_CALM = "So many fillers put listeners off; a short silence does no harm."


class Usual(NamedTuple):
    """What a pace is compared with: the candidate's own, in words a minute, and what it was heard in."""

    pace: float
    where: str


def of_answer(interview: Interview, index: int) -> list[Block]:
    """How the answer of a turn was spoken, beside earlier ones; nothing where it was typed."""
    turn = interview.turns[index]
    heard = delivery.of(turn)
    if heard is None:
        return []
    is_mixed = any(said.spoken is None for said in turn.answers)
    return _section(heard, _usual(interview, index), _NOT_TYPED if is_mixed else _NOT_SCORED)


def of_report(made: Report) -> list[Block]:
    """How the answers of an interview were spoken, beside earlier interviews; nothing where all were typed."""
    if made.delivery is None:
        return []
    return _section(made.delivery, _before(made.usual_pace), _NOT_TYPED, average="on average ")


def hear_choices(turn: Turn, index: int) -> tuple[Choice, ...]:
    """A button for each improvement of a turn whose quote can be heard in the candidate's own voice note."""
    improvements: Sequence[Finding] = turn.assessment.improvements if turn.assessment else ()
    places: dict[str, int] = {}
    for place, found in enumerate(improvements):
        places.setdefault(found.quote, place)
    return tuple(hear_choice(said, f"{index} {place}") for said, place in places.items() if delivery.quoted(turn, said))


def hear_choice(said: str, argument: str) -> Choice:
    """The button by which a candidate hears what they said."""
    whole = " ".join(said.split())
    short = text.excerpt(whole, _LONGEST_LABEL)
    return Choice(f"Hear “{short}{'' if short == whole else ' …'}”", "hear", argument)


def not_heard() -> Outbound:
    """A piece of a voice note was asked for and there is none."""
    return notice("I have no recording of that. Voice notes are kept only if you have set that: /settings shows it.")


def _usual(interview: Interview, index: int) -> Usual | None:
    """What an answer is compared with: those before it, where they tell a pace, else earlier interviews."""
    earlier = delivery.of_interview(interview.turns[:index])
    own = delivery.pace(earlier) if earlier else None
    return Usual(own, "your answers before this one") if own else _before(interview.usual_pace)


def _before(usual_pace: float | None) -> Usual | None:
    return Usual(usual_pace, "your interviews before this one") if usual_pace else None


def _section(heard: Delivery, usual: Usual | None, note: str, average: str = "") -> list[Block]:
    """All that is said of a delivery; `average` says that its first words are several."""
    pace = delivery.pace(heard)
    blocks = [heading("How you spoke"), line(_spoken(heard, pace), _spoken_calmly(heard, pace))]
    if pace is not None:
        blocks += _remarks(pace, usual)
    blocks.append(small(f"Your first word came {average}after {heard.first_word_s:.1f} s.", ""))
    blocks.append(small(_fillers(heard.fillers), _fillers_calmly(heard.fillers)))
    if delivery.has_many_fillers(heard):
        blocks.append(line(_MANY, _MANY_CALM))
    return [*blocks, small(note)]


def _spoken(heard: Delivery, pace: float | None) -> str:
    length = f"You spoke for {_length(heard.speaking_s)} ({count(heard.words, 'word')})"
    if pace is None:
        return f"{length}, too little to tell your pace, {_pauses(heard.pauses)}."
    return f"{length} at about {round(pace)} words a minute, {_pauses(heard.pauses)}."


def _spoken_calmly(heard: Delivery, pace: float | None) -> str:
    how = "too little to tell your pace" if pace is None else _PACES[delivery.tempo(pace)]
    pauses = ("without a long pause", "with one long pause")
    many = len(heard.pauses)
    return f"You spoke {how}, {pauses[many] if many < len(pauses) else 'with some long pauses'}."


def _length(seconds: float) -> str:
    """A time in minutes and seconds."""
    minutes, left = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {left} s" if minutes else f"{left} s"


def _pauses(pauses: Sequence[float]) -> str:
    """The pauses in a clause."""
    if not pauses:
        return f"without a pause of {delivery.PAUSE_S:.0f} s or more"
    if len(pauses) == 1:
        return f"with one pause of {pauses[0]:.1f} s"
    return f"with {len(pauses)} pauses of {delivery.PAUSE_S:.0f} s or more, the longest {max(pauses):.1f} s"


def _remarks(pace: float, usual: Usual | None) -> list[Block]:
    """What stands out of a pace, if anything does."""
    said = _OUTSIDE.get(delivery.tempo(pace))
    blocks = [line(said, "")] if said else []
    if usual is None:
        return blocks
    beside = delivery.beside_usual(pace, usual.pace)
    if beside is not Tempo.ALIKE:
        clear = f"It is clearly {beside} than in {usual.where}"
        blocks.append(line(f"{clear}, where it was about {round(usual.pace)}.", f"{clear}."))
    return blocks


def _fillers(number: int) -> str:
    if not number:
        return "I heard no fillers such as “um”, but speech recognition leaves many out, so there may be some."
    return f"I heard at least {count(number, 'filler')}; speech recognition leaves many out, so there may be more."


def _fillers_calmly(number: int) -> str:
    if not number:
        return _fillers(number)
    return "I heard some fillers; speech recognition leaves many out, so there may be more."
