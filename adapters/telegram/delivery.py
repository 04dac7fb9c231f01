"""Brings one message to a chat: in the place of the page it replaces, else as new messages, its document last."""

from __future__ import annotations

import logging

from telegram import InlineKeyboardMarkup, InputFile
from telegram.constants import ParseMode
from telegram.error import BadRequest

from adapters.telegram.buttons import keyboard
from adapters.telegram.client import Bot
from adapters.telegram.failures import is_refused, is_unchanged
from adapters.telegram.rendering import NO_PREVIEW, Piece, pieces
from core.messages import Document, Outbound
from core.ports import RefusedMessageError
from core.recent import Recent

_log = logging.getLogger(__name__)


class Delivery:
    """Remembers how much of each message has arrived, so that one tried again goes on after that."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._arrived: Recent[str, int] = Recent()

    async def bring(self, chat: str, message: Outbound, key: str) -> None:
        """Raises TelegramError, and RefusedMessageError when a part is refused in every form."""
        texts, buttons = pieces(message), keyboard(message.choices)
        parts: list[Piece | Document] = [*texts, *([message.document] if message.document else [])]
        arrived = self._arrived.get(key) or 0
        if not arrived and await self._is_turned(chat, message, texts, buttons):
            arrived = len(parts)
            self._arrived.put(key, arrived)
        for number in range(arrived, len(parts)):
            under = buttons if number == max(len(texts) - 1, 0) else None
            await self._send(chat, parts[number], under)
            self._arrived.put(key, number + 1)

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

    async def _send(self, chat: str, part: Piece | Document, buttons: InlineKeyboardMarkup | None) -> None:
        if isinstance(part, Piece):
            await self._send_piece(chat, part, buttons)
        elif part.text:  # Telegram takes no empty file
            await self._send_document(chat, part, buttons)

    async def _send_piece(self, chat: str, piece: Piece, buttons: InlineKeyboardMarkup | None) -> None:
        """As it should be; if Telegram refuses that, as plain text, then without buttons, rather than not at all."""
        plain = piece.plain, None
        for (text, mode), under in (((piece.html, ParseMode.HTML), buttons), (plain, buttons), (plain, None)):
            try:
                await self._bot.send_message(
                    chat, text, parse_mode=mode, reply_markup=under, link_preview_options=NO_PREVIEW
                )
            except BadRequest as error:
                if not is_refused(error):
                    raise
                _log.warning("Telegram refused the form of a message; it is sent more plainly.")
            else:
                return
        raise RefusedMessageError("Telegram refused the message in every form.")

    async def _send_document(self, chat: str, document: Document, buttons: InlineKeyboardMarkup | None) -> None:
        file = InputFile(document.text.encode("utf-8", "replace"), document.name)
        try:
            await self._bot.send_document(chat, file, reply_markup=buttons)
        except BadRequest as error:
            if not is_refused(error):
                raise
            raise RefusedMessageError("Telegram refused the file.") from None
