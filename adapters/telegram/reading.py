"""Updates as the neutral messages that the core takes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from telegram import CallbackQuery, Message, MessageEntity, Update
from telegram.constants import ChatType

from adapters.telegram.buttons import unpacked
from core.messages import CommandSent, Inbound, TextEdited, TextSent
from core.model import Conversation

KINDS = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)
PLATFORM = "telegram"


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


def written(update: Update, message: Message, roles: Collection[str]) -> Inbound:
    """A text in the private chat, new or changed; a command that is written into an old message counts, too."""
    conversation = conversation_of(message.chat_id, message)
    edited = update.edited_message is not None
    inbound_id = f"edit-{update.update_id}" if edited else str(message.message_id)
    command = typed_command(message)
    if command is not None:
        return _command_sent(conversation, inbound_id, command, roles)
    if edited:
        return TextEdited(conversation, inbound_id, str(message.message_id), message.text or "")
    return TextSent(conversation, inbound_id, message.text or "")


def pressed(query: CallbackQuery) -> CommandSent | None:
    """The choice behind a press in a private chat; None when this version cannot tell what it means."""
    choice = unpacked(query.data or "")
    if choice is None or query.message is None or query.message.chat.type != ChatType.PRIVATE:
        return None
    conversation = Conversation(PLATFORM, str(query.message.chat.id), str(query.from_user.id))
    return CommandSent(conversation, f"press-{query.id}", choice.command, choice.argument, choice.turn)


def conversation_of(chat: int, message: Message) -> Conversation:
    return Conversation(PLATFORM, str(chat), str(message.from_user.id if message.from_user else chat))


def _command_sent(conversation: Conversation, inbound_id: str, command: Command, roles: Collection[str]) -> CommandSent:
    """/start with a role's id, as a link sends it, is asked for that role; with anything else it is the beginning."""
    if command.name != "start":
        return CommandSent(conversation, inbound_id, command.name, command.argument)
    if command.argument in roles:
        return CommandSent(conversation, inbound_id, "interview", command.argument)
    return CommandSent(conversation, inbound_id, "start")
