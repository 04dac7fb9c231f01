"""Takes updates: what a candidate said is handed on and stored, the rest is answered here."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection

from telegram import CallbackQuery, LinkPreviewOptions, Message, MessageEntity, Update
from telegram.constants import ChatType
from telegram.ext import filters
from telegram.helpers import create_deep_linked_url

from adapters.telegram import wording
from adapters.telegram.asides import Asides
from adapters.telegram.buttons import STAYING
from adapters.telegram.client import Bot
from adapters.telegram.reading import Command, chat_of, pressed, typed_command, written
from adapters.telegram.recent import Recent
from adapters.telegram.rendering import LONGEST, STYLES
from adapters.telegram.splitting import units
from core.messages import Inbound
from core.ports import StoreError

Receive = Callable[[Inbound], Awaitable[None]]
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_REMEMBERED = 5_000
_log = logging.getLogger(__name__)


class Intake:
    """One update at a time for each chat; who calls keeps that order."""

    def __init__(self, bot: Bot, receive: Receive, roles: Collection[str], asides: Asides) -> None:
        self._bot = bot
        self._receive = receive
        self._roles = roles
        self._asides = asides
        self._texts = Recent[int](_REMEMBERED)
        self._albums = Recent[str](_REMEMBERED)
        self._troubled = Recent[int](_REMEMBERED)

    async def take(self, update: Update) -> None:
        """When this returns, the update may be confirmed. Raises StoreError when it has to come again."""
        chat = chat_of(update)
        try:
            await self._take(update)
        except StoreError:
            if self._troubled.get(chat) is None:
                self._troubled.put(chat, update.update_id)
                self._tell(chat, wording.NOT_SAVED)
            raise
        except Exception as error:  # noqa: BLE001 - an update that breaks this would come again for ever
            _log.error("An update could not be taken: %s", type(error).__name__)
            self._tell(chat, wording.LOST)
        else:
            self._troubled.drop(chat)

    async def _take(self, update: Update) -> None:
        message = update.message or update.edited_message
        if update.callback_query is not None:
            await self._take_press(update.callback_query)
        elif message is None or message.from_user is None or message.from_user.is_bot:
            return
        elif message.chat.type != ChatType.PRIVATE:
            self._point_elsewhere(update.message)
        elif message.text is not None:
            await self._take_text(update, message)
        elif update.message is not None and not filters.StatusUpdate.ALL.check_update(update):
            self._tell_text_only(message)

    async def _take_text(self, update: Update, message: Message) -> None:
        """Telegram calls it an edit, too, when a preview appears or a reaction is set: the same text says nothing."""
        key, text = (message.chat_id, message.message_id), hash(message.text)
        if update.edited_message is not None and self._texts.get(key) == text:
            return
        await self._receive(written(update, message, self._roles))
        self._texts.put(key, text)

    async def _take_press(self, query: CallbackQuery) -> None:
        choice = pressed(query)
        chat = query.message.chat.id if query.message else query.from_user.id
        if choice is None:
            self._asides.say(chat, self._bot.answer_callback_query(query.id, wording.OLD_BUTTON))
            return
        self._asides.say(chat, self._bot.answer_callback_query(query.id))
        await self._receive(choice)
        if choice.command not in STAYING and isinstance(query.message, Message):
            self._show_chosen(query.message, query.data)

    def _show_chosen(self, message: Message, payload: str | None) -> None:
        """The buttons go, and what was chosen stands in their place, if there is room."""
        rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
        label = next((button.text for row in rows for button in row if button.callback_data == payload), None)
        chat, number, text = message.chat_id, message.message_id, message.text or ""
        said = f"\n\n{wording.chosen(label or '')}"
        if label is None or not text or units(text + said) > LONGEST:
            self._asides.say(chat, self._bot.edit_message_reply_markup(chat, number))
            return
        italic = MessageEntity(MessageEntity.ITALIC, units(text) + 2, units(said) - 2)
        self._asides.say(
            chat,
            self._bot.edit_message_text(
                text + said,
                chat,
                number,
                entities=[*(one for one in message.entities if one.type in STYLES), italic],
                link_preview_options=NO_PREVIEW,
            ),
        )

    def _tell_text_only(self, message: Message) -> None:
        """Once for each message, and once for all pictures of an album."""
        album = message.media_group_id
        if album is None or self._albums.get(message.chat_id) != album:
            self._tell(message.chat_id, wording.READS_TEXT)
        if album is not None:
            self._albums.put(message.chat_id, album)

    def _point_elsewhere(self, message: Message | None) -> None:
        """In groups: a command that names this bot is answered with a link to the private chat."""
        command = typed_command(message) if message else None
        if message is None or command is None or command.addressee != self._bot.username.lower():
            return
        link = create_deep_linked_url(self._bot.username, self._start_payload(command))
        thread = message.message_thread_id if message.is_topic_message else None
        self._tell(message.chat_id, wording.elsewhere(link), thread)

    def _start_payload(self, command: Command) -> str:
        first = command.argument.partition(" ")[0].lower()
        return first if first in self._roles else "interview"

    def _tell(self, chat: int, text: str, thread: int | None = None) -> None:
        self._asides.say(
            chat, self._bot.send_message(chat, text, link_preview_options=NO_PREVIEW, message_thread_id=thread)
        )
