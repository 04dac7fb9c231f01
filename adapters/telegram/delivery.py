"""Brings one message to a chat: in the place of the page it replaces, else as new messages, its document last."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace

from telegram import InlineKeyboardMarkup, InputFile, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest

from adapters.telegram.buttons import keyboard
from adapters.telegram.client import Bot
from adapters.telegram.failures import forbids_voice, is_refused, is_unchanged
from adapters.telegram.rendering import LONGEST_CAPTION, NO_PREVIEW, Piece, pieces
from core.messages import Document, Outbound
from core.ports import RefusedMessageError
from core.recent import Recent
from core.speech import Speech
from core.text import units

_VOICE = "voice"
_DOCUMENT = "document"
_FILE_NAME = "voice.ogg"
_OWN_ID = re.compile(r"(?:voice:)?([0-9]{1,10})")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Voice:
    """A voice message, with its words under it where they fit."""

    speech: Speech
    caption: Piece | None


_Part = _Voice | Piece | Document


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a part goes: its chat, the buttons under it, and what it is shown as a reply to."""

    chat: str
    buttons: InlineKeyboardMarkup | None = None
    answers: ReplyParameters | None = None


class Delivery:
    """Remembers which parts of each message have arrived, so that one tried again goes on after those."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._arrived: Recent[str, frozenset[str]] = Recent()

    async def bring(self, chat: str, message: Outbound, key: str, speech: Speech | None = None) -> None:
        """Raises TelegramError, and RefusedMessageError when a part is refused in every form."""
        texts, buttons = pieces(message), keyboard(message.choices)
        parts = _parts(texts, speech, message.document)
        arrived = self._arrived.get(key) or frozenset()
        if not arrived and speech is None and await self._is_turned(chat, message, texts, buttons):
            arrived = frozenset(parts)
            self._arrived.put(key, arrived)
        answers, last = None if arrived else _answers(message), _last_worded(parts)
        for name in [name for name in parts if name not in arrived]:
            place = _Place(chat, buttons if name == last else None, answers)
            if await self._send(place, parts[name]):
                answers = None
            arrived |= {name}
            self._arrived.put(key, arrived)

    async def _is_turned(
        self, chat: str, message: Outbound, texts: list[Piece], buttons: InlineKeyboardMarkup | None
    ) -> bool:
        """Change the page that a message replaces into it; False where there is none, or it cannot be changed so."""
        if not message.replaces or message.document or len(texts) != 1:
            return False
        try:
            await self._bot.edit_message_text(
                texts[0].html,
                chat,
                int(message.replaces),
                parse_mode=ParseMode.HTML,
                reply_markup=buttons,
                link_preview_options=NO_PREVIEW,
            )
        except BadRequest as error:
            if not is_refused(error):
                raise
            return is_unchanged(error)
        return True

    async def _send(self, place: _Place, part: _Part) -> bool:
        """Whether there is something to see of it."""
        match part:
            case _Voice():
                return await self._send_voice(place, part)
            case Piece():
                await self._send_piece(place, part)
            case Document(text=""):  # Telegram takes no empty file
                return False
            case Document():
                await self._send_document(place, part)
        return True

    async def _send_voice(self, place: _Place, voice: _Voice) -> bool:
        """Whom it cannot be played to, because they take none or for another reason, gets the words alone."""
        try:
            await self._bot.send_voice(
                place.chat,
                InputFile(voice.speech.sound, _FILE_NAME),
                duration=max(round(voice.speech.seconds), 1),
                caption=voice.caption.html if voice.caption else None,
                parse_mode=ParseMode.HTML if voice.caption else None,
                reply_markup=place.buttons,
                reply_parameters=place.answers,
            )
        except BadRequest as error:
            if not is_refused(error):
                raise
            if not forbids_voice(error):
                _log.warning("Telegram refused a voice message; its words are sent alone.")
            if voice.caption:
                await self._send_piece(place, voice.caption)
            return voice.caption is not None
        return True

    async def _send_piece(self, place: _Place, piece: Piece) -> None:
        """As it should be; if Telegram refuses that, as plain text, then without buttons, rather than not at all."""
        plain, bare = (piece.plain, None), replace(place, buttons=None, answers=None)
        for (text, mode), at in (((piece.html, ParseMode.HTML), place), (plain, place), (plain, bare)):
            try:
                await self._bot.send_message(
                    at.chat,
                    text,
                    parse_mode=mode,
                    reply_markup=at.buttons,
                    reply_parameters=at.answers,
                    link_preview_options=NO_PREVIEW,
                )
            except BadRequest as error:
                if not is_refused(error):
                    raise
                _log.warning("Telegram refused the form of a message; it is sent more plainly.")
            else:
                return
        raise RefusedMessageError("Telegram refused the message in every form.")

    async def _send_document(self, place: _Place, document: Document) -> None:
        file = InputFile(document.text.encode("utf-8", "replace"), document.name)
        try:
            await self._bot.send_document(place.chat, file, reply_markup=place.buttons, reply_parameters=place.answers)
        except BadRequest as error:
            if not is_refused(error):
                raise
            raise RefusedMessageError("Telegram refused the file.") from None


def _parts(texts: list[Piece], speech: Speech | None, document: Document | None) -> dict[str, _Part]:
    """The parts by their names, in order. Words have the same names with a voice and without.

    So a message that is tried again without its voice goes on with the right words.
    """
    parts: dict[str, _Part] = {str(number): piece for number, piece in enumerate(texts)}
    if speech is not None and len(texts) == 1 and units(texts[0].plain) <= LONGEST_CAPTION:
        parts["0"] = _Voice(speech, texts[0])
    elif speech is not None:
        parts = {_VOICE: _Voice(speech, None)} | parts
    return parts | ({_DOCUMENT: document} if document else {})


def _last_worded(parts: dict[str, _Part]) -> str:
    """Which part has the buttons: the last with words, else the first."""
    names = list(parts)
    return next((name for name in reversed(names) if name not in {_VOICE, _DOCUMENT}), names[0] if names else "")


def _answers(message: Outbound) -> ReplyParameters | None:
    """What a message is shown as a reply to; an inbound id that is no message's is left out."""
    found = _OWN_ID.fullmatch(message.answers)
    return ReplyParameters(int(found[1]), allow_sending_without_reply=True) if found else None
