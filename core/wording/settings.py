"""What a candidate has set, how to change it, and what cannot be set here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import Block, Choice, Outbound, OutboundKind
from core.speech import ReplyStyle
from core.wording.pieces import heading, line, notice, small

if TYPE_CHECKING:
    from core.model import Preferences

REPLIES = {
    ReplyStyle.TEXT: "Questions come as text.",
    ReplyStyle.VOICE: "Questions come as voice messages, with their text.",
    ReplyStyle.BOTH: "Questions come as text, and then as voice messages.",
}
"""How questions come, in a sentence."""
FORGOTTEN = "The sound that I had kept of your voice notes is deleted."
TEXT_ANYWAY = "Questions come as text; I cannot speak here."
BAD_LANGUAGE = "I did not change the language: please give it as two letters, as in /settings language de."
_LANGUAGES = {"en": "English", "": "Find out"}
"""The languages that buttons offer, by their codes."""
_NUMBERS, _REPLY, _LANGUAGE, _RECORDINGS = range(4)
"""The rows of buttons."""
_Shown = tuple[tuple[Block, ...], tuple[Choice, ...]]
"""What is said of a setting, and the buttons that change it."""


def settings(preferences: Preferences, *, listens: bool = False, speaks: bool = False, word: str = "") -> Outbound:
    """What the candidate has set, and how to change it: a page to read, which asks for no decision.

    What only matters to a bot that `listens` or `speaks` is left out elsewhere; `word` is said before the rest.
    """
    shown = [_numbers(preferences)]
    if speaks:
        shown.append(_reply(preferences))
    if listens:
        shown.append(_language(preferences))
    if listens or preferences.keep_recordings:
        shown.append(_recordings(preferences))
    return Outbound(
        OutboundKind.STATUS,
        (
            heading("Your settings"),
            *([line(word)] if word else []),
            *(block for blocks, _ in shown for block in blocks),
        ),
        tuple(choice for _, choices in shown for choice in choices),
    )


def _numbers(preferences: Preferences) -> _Shown:
    if preferences.hide_numbers:
        now, change = "hidden: your feedback comes in words only", ("Show numbers", "numbers on")
    else:
        now, change = "shown: levels from 1 to 5, and their means", ("Hide numbers", "numbers off")
    return _two_ways(f"Numbers are {now}.", *change, _NUMBERS)


def _reply(preferences: Preferences) -> _Shown:
    how = small("/voice text, /voice voice or /voice both changes that.")
    choices = (_one_of(one.value.title(), f"voice {one}", _REPLY, now=one is preferences.reply) for one in ReplyStyle)
    return (line(REPLIES[preferences.reply]), how), tuple(choices)


def _language(preferences: Preferences) -> _Shown:
    code = preferences.language
    offered = _LANGUAGES if code in _LANGUAGES else {code: code} | _LANGUAGES
    taken = f"I take your voice notes to be in {_LANGUAGES.get(code, f'“{code}”')}."
    now = taken if code else "I find out in which language each of your voice notes is."
    how = small("/settings language auto finds it out each time, /settings language de takes German, and so on.")
    choices = (
        _one_of(label, f"language {one or 'auto'}", _LANGUAGE, now=one == code) for one, label in offered.items()
    )
    return (line(now), how), tuple(choices)


def _recordings(preferences: Preferences) -> _Shown:
    if preferences.keep_recordings:
        now = "The sound of your voice notes is kept, so that you can hear pieces of it with your feedback."
        return _two_ways(now, "Delete recordings", "recordings off", _RECORDINGS)
    now = "The sound of your voice notes is deleted once it is transcribed."
    return _two_ways(now, "Keep recordings", "recordings on", _RECORDINGS)


def _two_ways(now: str, label: str, argument: str, row: int) -> _Shown:
    """A setting that one button turns over."""
    return (line(now), small(f"/settings {argument} changes that.")), (Choice(label, "settings", argument, row=row),)


def _one_of(label: str, argument: str, row: int, *, now: bool) -> Choice:
    return Choice(f"✓ {label}" if now else label, "settings", argument, row=row)


def cannot_speak() -> Outbound:
    """Spoken questions were asked for, and nothing is there to speak with."""
    return notice("I cannot speak here, so questions come as text. Nothing was changed.")


def cannot_listen() -> Outbound:
    """Something about voice notes was to be set, and nothing is there to listen with."""
    return notice("I cannot listen to voice notes here, so there is nothing to set for them. Nothing was changed.")
