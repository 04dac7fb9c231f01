"""Updates as the neutral messages that the core takes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, MessageEntity, Update

from adapters.telegram.notes import note_id, replied_note
from core.messages import Choice, CommandSent, Inbound, TextEdited, TextSent, VoiceSent
from core.model import Conversation
from core.speech import VoiceNote

KINDS = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY)
PLATFORM = "telegram"
INTERVIEW = "interview"
"""What a link that names no role carries: it leads to all of them."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it was typed: its name without slash, whom it was addressed to ("" for nobody), and the rest."""

    name: str
    addressee: str
    argument: str


def chat_of(update: Update) -> int:
    """The chat an update belongs to, 0 for none."""
    return update.effective_chat.id if update.effective_chat else 0


def sender_of(update: Update) -> Conversation:
    """Who an update is from, and where; a group is a chat, too."""
    return Conversation(PLATFORM, str(chat_of(update)), str(update.effective_user.id if update.effective_user else 0))


def words_of(message: Message) -> str:
    """The text of a message, or what is written under its sound; "" for none."""
    return message.text or message.caption or ""


def typed_command(message: Message) -> Command | None:
    """The command that a message begins with, if it is one."""
    text = words_of(message)
    for entity in message.entities or message.caption_entities:
        if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0 and text:
            name, _, addressee = text[1 : entity.length].partition("@")
            return Command(name.lower(), addressee.lower(), text[entity.length :].strip())
    return None


def said(message: Message, note: VoiceNote | None, roles: Collection[str]) -> list[Inbound]:
    """All that a message in the private chat brings: a text, a sound, or both, of which a command comes last."""
    if note is None:
        return [_written(message, roles)]
    spoken = VoiceSent(conversation_of(message.chat_id, message), note_id(message), note)
    if not message.caption:
        return [spoken]
    words = _written(message, roles)
    return [spoken, words] if isinstance(words, CommandSent) else [words, spoken]


def _written(message: Message, roles: Collection[str]) -> TextSent | CommandSent:
    conversation, inbound_id = conversation_of(message.chat_id, message), str(message.message_id)
    command = typed_command(message)
    if command is not None:
        return _command_sent(conversation, inbound_id, command, roles)
    return TextSent(conversation, inbound_id, words_of(message), replies_to=replied_note(message))


def edited(message: Message, update: int, *, uncertain: bool) -> TextEdited:
    """Words in the private chat that were changed, or may have been."""
    conversation = conversation_of(message.chat_id, message)
    return TextEdited(conversation, f"edit-{update}", str(message.message_id), words_of(message), uncertain)


def pressed(query: CallbackQuery, message: MaybeInaccessibleMessage, choice: Choice) -> CommandSent:
    """A choice under a message in the private chat."""
    conversation = Conversation(PLATFORM, str(message.chat.id), str(query.from_user.id))
    return CommandSent(
        conversation, f"press-{query.id}", choice.command, choice.argument, choice.turn, str(message.message_id)
    )


def conversation_of(chat: int, message: Message) -> Conversation:
    return Conversation(PLATFORM, str(chat), str(message.from_user.id if message.from_user else chat))


def _command_sent(conversation: Conversation, inbound_id: str, command: Command, roles: Collection[str]) -> CommandSent:
    """/start with a role's id, as a link sends it, leads to that role; with anything unknown it is the beginning."""
    if command.name != "start":
        return CommandSent(conversation, inbound_id, command.name, command.argument)
    if command.argument in roles:
        return CommandSent(conversation, inbound_id, "setup", command.argument)
    if command.argument == INTERVIEW:
        return CommandSent(conversation, inbound_id, "interview")
    return CommandSent(conversation, inbound_id, "start")
