"""What a candidate has set, how to change it, and what cannot be set here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import Block, Choice, Outbound, OutboundKind
from core.speech import ReplyStyle
from core.wording.languages import NAMES
from core.wording.pieces import heading, line, notice, small

if TYPE_CHECKING:
    from core.model import Preferences

REPLIES = {
    ReplyStyle.TEXT: "Questions come as text.",
    ReplyStyle.VOICE: "Questions come as voice messages, with their text.",
    ReplyStyle.BOTH: "Questions come as text at once, and a moment later as a voice message, too.",
}
"""How questions come, in a sentence."""
FORGOTTEN = "The sound that I had kept of your voice notes is deleted."
TEXT_ANYWAY = "I cannot speak here, so questions come as text."
NOT_UNDERSTOOD = "I did not understand that, so nothing was changed."
BAD_LANGUAGE = (
    "I do not know that language, so I changed nothing. Please give me its code or its English name: /settings "
    "language de and /settings language german are the same."
)
_OFFERED = ("en", "")
"""The codes of what buttons always offer: our own language, and finding it out."""
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
    label, argument = change
    return _one_way(f"Numbers are {now}.", f"/settings {argument} changes that.", label, argument, _NUMBERS)


def _reply(preferences: Preferences) -> _Shown:
    how = small("/voice text, /voice voice (one message to hear and read) or /voice both (two of them) changes that.")
    choices = (_one_of(one.value.title(), f"voice {one}", _REPLY, now=one is preferences.reply) for one in ReplyStyle)
    return (line(REPLIES[preferences.reply]), how), tuple(choices)


def _language(preferences: Preferences) -> _Shown:
    code = preferences.language
    taken = f"I take your voice notes to be in {_language_name(code)}."
    now = taken if code else "I detect the language of each of your voice notes."
    how = small("/settings language de takes German, for example, and /settings language auto detects it each time.")
    offered = [*([] if code in _OFFERED else [code]), *_OFFERED]
    choices = (_one_of(_language_name(one), f"language {one or 'auto'}", _LANGUAGE, now=one == code) for one in offered)
    return (line(now), how), tuple(choices)


def _language_name(code: str) -> str:
    return NAMES.get(code, f"“{code}”") if code else "Detect it"


def _recordings(preferences: Preferences) -> _Shown:
    if preferences.keep_recordings:
        now = "The sound of your voice notes is kept, so that you can hear pieces of it with your feedback."
        how = "/settings recordings off deletes it, and nothing is kept any more."
        return _one_way(now, how, "Delete recordings", "recordings off", _RECORDINGS)
    now = "The sound of your voice notes is deleted once it is transcribed; the words stay."
    how = "/settings recordings on keeps it, so that you can hear pieces of it with your feedback."
    return _one_way(now, how, "Keep recordings", "recordings on", _RECORDINGS)


def _one_way(now: str, how: str, label: str, argument: str, row: int) -> _Shown:
    """A setting that one button turns over."""
    return (line(now), small(how)), (Choice(label, "settings", argument, row=row),)


def _one_of(label: str, argument: str, row: int, *, now: bool) -> Choice:
    return Choice(f"✓ {label}" if now else label, "settings", argument, row=row)


def cannot_speak() -> Outbound:
    """Spoken questions were to be set, and nothing is there to speak with."""
    return notice("I cannot speak here, so questions come as text. Nothing was changed.")


def asked_in_writing() -> Outbound:
    """An interview with spoken questions begins, and nothing is there to speak with."""
    return notice(TEXT_ANYWAY)


def cannot_listen() -> Outbound:
    """Something about voice notes was to be set, and nothing is there to listen with."""
    return notice("I cannot listen to voice notes here, so there is nothing to set for them. Nothing was changed.")
