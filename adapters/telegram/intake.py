"""Takes updates: what a candidate said is handed on and stored, the rest is answered here."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace

from telegram import CallbackQuery, InlineKeyboardMarkup, MaybeInaccessibleMessage, Message, MessageEntity, Update
from telegram.constants import ChatType
from telegram.ext import filters
from telegram.helpers import create_deep_linked_url

from adapters.telegram import wording
from adapters.telegram.admission import Admission
from adapters.telegram.asides import Asides
from adapters.telegram.buttons import left_after, unpacked
from adapters.telegram.client import Bot
from adapters.telegram.notes import note_of
from adapters.telegram.reading import INTERVIEW, Command, chat_of, edited, pressed, said, typed_command, words_of
from adapters.telegram.rendering import LONGEST, LONGEST_CAPTION, NO_PREVIEW, STYLES
from core.messages import Choice, Inbound, TextSent
from core.ports import StoreError
from core.recent import Lately, Recent
from core.speech import VoiceNote
from core.text import units
from core.wording import refusals

Receive = Callable[[Inbound], Awaitable[bool]]
"""False for a message that was dropped; its sender has been told."""
_OF_NO_USE_EVERY_S, _NOT_STORED_EVERY_S = 60.0, 60.0
_IMPATIENT_S = 5.0
"""So long after a press the same one is somebody's impatience; our own choice."""
_log = logging.getLogger(__name__)


class Intake:
    """One update at a time for each chat; who calls keeps that order."""

    def __init__(  # noqa: PLR0913 - what it hands on to, and what it answers with
        self,
        bot: Bot,
        receive: Receive,
        roles: Collection[str],
        admission: Admission,
        asides: Asides,
        *,
        listens: bool,
    ) -> None:
        self._bot = bot
        self._receive = receive
        self._roles = roles
        self._admission = admission
        self._asides = asides
        self._listens = listens
        self._texts: Recent[tuple[int, int], int] = Recent()
        self._heard: Recent[tuple[int, int], str] = Recent()
        self._told_of_no_use = Lately(_OF_NO_USE_EVERY_S, time.monotonic)
        self._told_owner = Lately(_NOT_STORED_EVERY_S, time.monotonic)
        self._pressed = Lately(_IMPATIENT_S, time.monotonic)
        self._troubled: Recent[int, int] = Recent()

    async def take(self, update: Update) -> None:
        """When this returns, the update may be confirmed. Raises StoreError when it has to come again."""
        chat = chat_of(update)
        try:
            await self._take(update)
        except StoreError as error:
            self._tell_owner(error)
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
        sender = update.effective_user
        if sender is None or sender.is_bot:
            return
        if not self._admission.admits(sender.id):
            self._turn_away(update, sender.id)
        elif update.callback_query is not None:
            await self._take_press(update.callback_query)
        elif message is None:
            return
        elif message.chat.type != ChatType.PRIVATE:
            self._point_elsewhere(update.message)
        else:
            await self._take_message(update, message)

    async def _take_message(self, update: Update, message: Message) -> None:
        note = note_of(message)
        is_forwarded = note is not None and message.forward_origin is not None  # somebody else may speak in it
        if is_forwarded or (message.text is None and note is None):
            if update.message is not None and not filters.StatusUpdate.ALL.check_update(update):
                self._tell_of_no_use(message.chat_id, is_forwarded=is_forwarded)
        elif update.message is None:
            await self._take_edit(message, update.update_id)
        else:
            taken = [await self._receive(one) for one in self._said(message, note)]
            if all(taken):
                self._texts.put((message.chat_id, message.message_id), hash(words_of(message)))

    def _said(self, message: Message, note: VoiceNote | None) -> list[Inbound]:
        """A reply to what was heard is known as one, too, when a press has taken the buttons that say so."""
        brought, reply = said(message, note, self._roles), message.reply_to_message
        heard = self._heard.get((message.chat_id, reply.message_id)) if reply else None
        return [
            replace(one, replies_to=heard) if heard and note is None and isinstance(one, TextSent) else one
            for one in brought
        ]

    async def _take_edit(self, message: Message, update: int) -> None:
        """Telegram calls it an edit, too, when a preview appears or a reaction is set, and does not say which it is.

        So it is certain only if this process has seen another text there. Of others a command gets no false reply, and
        words under a sound are not taken for its correction.
        """
        key, text = (message.chat_id, message.message_id), hash(words_of(message))
        seen = self._texts.get(key)
        if typed_command(message):
            if seen not in {None, text}:
                self._tell(message.chat_id, wording.EDITED_COMMAND)
        elif seen != text and (seen is not None or message.text):
            await self._receive(edited(message, update, uncertain=seen is None))
        self._texts.put(key, text)

    async def _take_press(self, query: CallbackQuery) -> None:
        choice, message = unpacked(query.data or ""), query.message
        if choice is None or message is None or message.chat.type != ChatType.PRIVATE:
            self._acknowledge(query, wording.OLD_BUTTON)
            return
        self._acknowledge(query)
        if choice.stays:
            await self._receive(pressed(query, message, choice))
        elif await self._takes_once(query, message, choice) and isinstance(message, Message):
            if note := choice.note:
                self._heard.put((message.chat_id, message.message_id), note)
            self._show_chosen(message, query.data, left_after(message, choice))

    async def _takes_once(self, query: CallbackQuery, message: MaybeInaccessibleMessage, choice: Choice) -> bool:
        """Take a press that decides something; nothing is said of the next ones, as nothing is wrong."""
        key, taken = (message.chat.id, message.message_id, query.data), False
        if not self._pressed.first(key):
            return False
        try:
            taken = await self._receive(pressed(query, message, choice))
        finally:
            if not taken:
                self._pressed.undo(key)
        return taken

    def _show_chosen(self, message: Message, payload: str | None, left: InlineKeyboardMarkup | None) -> None:
        """The buttons but those that are left go, and what was chosen stands in their place, if there is room."""
        rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
        label = next((button.text for row in rows for button in row if button.callback_data == payload), None)
        chat, number, text = message.chat_id, message.message_id, words_of(message)
        mark = f"\n\n{wording.chosen(label or '')}"
        longest = LONGEST if message.text else LONGEST_CAPTION
        if label is None or not text or units(text + mark) > longest:
            self._asides.say(chat, self._bot.edit_message_reply_markup(chat, number, reply_markup=left))
            return
        italic = MessageEntity(MessageEntity.ITALIC, units(text) + 2, units(mark) - 2)
        styles = [one for one in message.entities or message.caption_entities if one.type in STYLES]
        self._asides.say(chat, self._reworded(message, text + mark, [*styles, italic], left))

    async def _reworded(
        self, message: Message, text: str, entities: list[MessageEntity], left: InlineKeyboardMarkup | None
    ) -> None:
        """Change the words of a message, which may stand under a sound."""
        chat, number = message.chat_id, message.message_id
        if message.text:
            await self._bot.edit_message_text(
                text, chat, number, entities=entities, link_preview_options=NO_PREVIEW, reply_markup=left
            )
        else:
            await self._bot.edit_message_caption(
                chat, number, caption=text, caption_entities=entities, reply_markup=left
            )

    def _tell_of_no_use(self, chat: int, *, is_forwarded: bool) -> None:
        """Once for many pictures, stickers or forwarded recordings in a row."""
        said = wording.FORWARDED if is_forwarded else wording.OF_NO_USE
        said = said if self._listens else wording.TEXT_ONLY
        if self._told_of_no_use.first((chat, said)):
            self._tell(chat, said)

    def _point_elsewhere(self, message: Message | None) -> None:
        """In groups: a command that names this bot is answered with a link to the private chat."""
        command = typed_command(message) if message else None
        if message is None or command is None or command.addressee != self._bot.username.lower():
            return
        link = create_deep_linked_url(self._bot.username, self._start_payload(command))
        thread = message.message_thread_id if message.is_topic_message else None
        self._tell(message.chat_id, wording.elsewhere(link), thread)

    def _turn_away(self, update: Update, account: int) -> None:
        """Who is not let in is told so: at every press, else now and then, and never in a group."""
        said = refusals.not_let_in("Telegram", str(account))
        message = update.message or update.edited_message
        if update.callback_query is not None:
            self._acknowledge(update.callback_query, said)
        elif message is not None and message.chat.type == ChatType.PRIVATE and self._admission.is_to_be_told(account):
            self._tell(message.chat_id, said)

    def _start_payload(self, command: Command) -> str:
        first = command.argument.partition(" ")[0].lower()
        return first if first in self._roles else INTERVIEW

    def _acknowledge(self, query: CallbackQuery, said: str | None = None) -> None:
        chat = query.message.chat.id if query.message else query.from_user.id
        self._asides.say(chat, self._bot.answer_callback_query(query.id, said))

    def _tell_owner(self, error: StoreError) -> None:
        """A store's error is a sentence for the owner, which says what to do."""
        if self._told_owner.first(str(error)):
            _log.warning("What a candidate sent could not be taken and stays with Telegram: %s", error)

    def _tell(self, chat: int, text: str, thread: int | None = None) -> None:
        self._asides.say(
            chat, self._bot.send_message(chat, text, link_preview_options=NO_PREVIEW, message_thread_id=thread)
        )
