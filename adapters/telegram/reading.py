"""Updates as the neutral messages that the core takes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, MessageEntity, Update

from core.messages import Choice, CommandSent, Inbound, TextEdited, TextSent
from core.model import Conversation

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


def typed_command(message: Message) -> Command | None:
    """The command that a message begins with, if it is one."""
    for entity in message.entities:
        if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0 and message.text:
            name, _, addressee = message.text[1 : entity.length].partition("@")
            return Command(name.lower(), addressee.lower(), message.text[entity.length :].strip())
    return None


def written(message: Message, roles: Collection[str]) -> Inbound:
    """A text in the private chat."""
    conversation, inbound_id = conversation_of(message.chat_id, message), str(message.message_id)
    command = typed_command(message)
    if command is not None:
        return _command_sent(conversation, inbound_id, command, roles)
    return TextSent(conversation, inbound_id, message.text or "")


def edited(message: Message, update: int) -> TextEdited:
    """A text in the private chat that was changed."""
    conversation = conversation_of(message.chat_id, message)
    return TextEdited(conversation, f"edit-{update}", str(message.message_id), message.text or "")


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
