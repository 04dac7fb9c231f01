"""Answers what a candidate sets: what feedback shows, how questions come, what is made of voice notes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.desk.answer import Answer
from core.effects import Send
from core.requests import reply_style
from core.speech import ReplyStyle
from core.wording import settings as pages
from core.wording.languages import code_of

if TYPE_CHECKING:
    from core.messages import CommandSent, Outbound
    from core.model import Interview, Preferences
    from core.ports import Store

_ON_OFF = {"on": True, "off": False}
_REPLIES = {"on": ReplyStyle.VOICE, "off": ReplyStyle.TEXT} | {style.value: style for style in ReplyStyle}
_DETECTED = "auto"
_NAMES = frozenset({"", "numbers", "voice", "language", "recordings"})
"""What is said to see the page."""


@dataclass(frozen=True, slots=True)
class _Setting:
    """What was set: None for nothing. `word` is said of it; `forgets_recordings` as of `Answer`."""

    preferences: Preferences | None = None
    word: str = ""
    forgets_recordings: bool = False


class Settings:
    """Answers `settings` and `voice`. `listens` and `speaks` say what can be done here."""

    def __init__(self, store: Store, *, listens: bool, speaks: bool) -> None:
        self._store = store
        self._listens = listens
        self._speaks = speaks

    async def answer(self, candidate: int, asked: CommandSent, interview: Interview | None) -> Answer:
        """What is set, after the change that was asked for; anything else changes nothing."""
        words = [*(["voice"] if asked.command == "voice" else []), *asked.argument.lower().split()]
        before = await self._store.preferences(candidate)
        change = self._change(before, *words)
        if not isinstance(change, _Setting):
            return Answer(interview, (Send(change),))
        shown = change.preferences or before
        page = pages.settings(shown, listens=self._listens, speaks=self._speaks, word=change.word)
        return Answer(interview, (Send(page),), change.preferences, forgets_recordings=change.forgets_recordings)

    async def with_reply(self, candidate: int, request: str) -> Preferences | None:
        """The preferences with the way for questions to come that a request names, None where it names none."""
        style = reply_style(request) if self._speaks else None
        return replace(await self._store.preferences(candidate), reply=style) if style else None

    async def reply(self, candidate: int, chosen: Preferences | None = None) -> ReplyStyle | None:
        """How questions come by what is `chosen`, or else set; None where they come in one way only."""
        return (chosen or await self._store.preferences(candidate)).reply if self._speaks else None

    def is_beyond(self, request: str) -> bool:
        """Whether a request asks for spoken questions where there are none."""
        return not self._speaks and reply_style(request) in {ReplyStyle.VOICE, ReplyStyle.BOTH}

    def _change(self, before: Preferences, name: str = "", *values: str) -> _Setting | Outbound:
        """What is set by a name and its value, or why that cannot be."""
        value = " ".join(values)
        match name:
            case "numbers" if value in _ON_OFF:
                return _Setting(replace(before, hide_numbers=not _ON_OFF[value]))
            case "voice" if value in _REPLIES:
                return self._reply(before, _REPLIES[value])
            case "language" if value:
                return self._language(before, value)
            case "recordings" if value in _ON_OFF:
                return self._recordings(before, keep=_ON_OFF[value])
            case _:
                is_open = name in _NAMES and not value
                return _Setting(word="" if is_open else pages.NOT_UNDERSTOOD)

    def _reply(self, before: Preferences, style: ReplyStyle) -> _Setting | Outbound:
        if self._speaks:
            return _Setting(replace(before, reply=style))
        if style is ReplyStyle.TEXT:
            return _Setting(replace(before, reply=style), pages.TEXT_ANYWAY)
        return pages.cannot_speak()

    def _language(self, before: Preferences, value: str) -> _Setting | Outbound:
        if not self._listens:
            return pages.cannot_listen()
        code = "" if value == _DETECTED else code_of(value)
        if code or value == _DETECTED:
            return _Setting(replace(before, language=code))
        return _Setting(word=pages.BAD_LANGUAGE)

    def _recordings(self, before: Preferences, *, keep: bool) -> _Setting | Outbound:
        """Whoever wants none kept has those deleted that are, here in any case."""
        if not keep:
            return _Setting(replace(before, keep_recordings=False), pages.FORGOTTEN, forgets_recordings=True)
        return _Setting(replace(before, keep_recordings=True)) if self._listens else pages.cannot_listen()
