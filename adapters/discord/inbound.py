"""What comes from Discord as the core has it: messages, commands, and the voice notes in what candidates send."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import discord

from adapters.discord import words
from adapters.discord.buttons import choices_under
from core.messages import CommandSent, Inbound, TextSent, VoiceSent
from core.model import Conversation
from core.speech import VoiceNote

NAME = "discord"
MOST_SOUNDS = 5
"""In one message, of the ten files that Discord allows; our own choice."""
_TYPED_COMMAND = re.compile(r"/(?:interview +(?=[a-z]+\b))?([a-z_]{1,32})(?: +([^\n]*))?\s*")
_SOUND_KINDS = ("audio/", "video/")
_SOUND_NAME = re.compile(
    r".*\.(?:3gp|aac|amr|flac|m4a|mk[av]|mov|mp[34]|og[ag]|opus|wav|webm)", re.IGNORECASE | re.DOTALL
)
"""What is sound although Discord does not say so."""


def conversation_of(channel: int, account: int) -> Conversation:
    return Conversation(NAME, str(channel), str(account))


def is_candidate(message: discord.Message) -> bool:
    """Whether a person wrote it, to the bot alone."""
    system = message.is_system() or message.webhook_id is not None
    return message.guild is None and not message.author.bot and not system


def as_inbounds(message: discord.Message) -> list[Inbound]:
    """Its words, then its sounds; nothing where it has neither. A sound that is all of it has the message's own id.

    A command comes last, as it may end what the sounds belong to.
    """
    where = conversation_of(message.channel.id, message.author.id)
    notes = zip(_note_ids(message), sounds_in(message), strict=False)
    spoken = [VoiceSent(where, note_id, _note(message, sound)) for note_id, sound in notes]
    if not message.content:
        return [*spoken]
    written = _written(message)
    return [*spoken, written] if isinstance(written, CommandSent) else [written, *spoken]


def sounds_in(message: discord.Message) -> list[discord.Attachment]:
    """What there is to listen to, of video the sound; however many it is."""
    return _sounds(message.attachments, message.flags)


def forwards_sound(message: discord.Message) -> bool:
    """Whether it brings a sound of another message, in which somebody else may speak."""
    return any(_sounds(each.attachments, each.flags) for each in message.message_snapshots)


def reference_to(message: discord.Message, sound: discord.Attachment) -> str:
    """By which the sound is found again after a restart, when every link to it has expired."""
    return f"{message.channel.id}/{message.id}/{sound.id}"


def as_command(interaction: discord.Interaction[Any], where: Conversation, command: str, argument: str) -> CommandSent:
    return CommandSent(where, f"interaction:{interaction.id}", command, argument)


def _sounds(attachments: Iterable[discord.Attachment], flags: discord.MessageFlags) -> list[discord.Attachment]:
    return [each for each in attachments if flags.voice or _is_sound(each)]


def _is_sound(attachment: discord.Attachment) -> bool:
    kind = attachment.content_type or ""
    return kind.startswith(_SOUND_KINDS) or _SOUND_NAME.fullmatch(attachment.filename) is not None


def _note(message: discord.Message, sound: discord.Attachment) -> VoiceNote:
    return VoiceNote(reference_to(message, sound), sound.duration, sound.size)


def _note_ids(message: discord.Message) -> list[str]:
    sounds = len(sounds_in(message))
    if sounds == 1 and not message.content:
        return [str(message.id)]
    return [f"voice{f'-{number}' if number > 1 else ''}:{message.id}" for number in range(1, sounds + 1)][:MOST_SOUNDS]


def _written(message: discord.Message) -> Inbound:
    """Its words; a command where it was typed as one, which Discord sends as text when it does not know it."""
    where, inbound_id = conversation_of(message.channel.id, message.author.id), str(message.id)
    typed = _TYPED_COMMAND.fullmatch(message.content)
    if typed is None:
        return TextSent(where, inbound_id, message.content, replies_to=_note_replied_to(message))
    grouped = message.content.startswith("/interview ") and typed[1] in words.GROUPED
    if message.content.startswith("/interview ") and not grouped:
        argument = message.content.partition(" ")[2]
        return CommandSent(where, inbound_id, "interview", words.unnamed(argument.strip()))
    command = "interview" if grouped and typed[1] == "start" else typed[1]
    return CommandSent(where, inbound_id, command, words.unnamed((typed[2] or "").strip()))


def _note_replied_to(message: discord.Message) -> str:
    """The voice note that it is a reply to, be it the note itself or what the bot heard in it; "" for none."""
    to = message.reference.resolved if message.reference else None
    if not isinstance(to, discord.Message):
        return ""
    if to.author.id == message.author.id:
        return next(iter(_note_ids(to)), "")
    if not to.author.bot:
        return ""
    named = (choice.note for choice in choices_under(to) if choice.note)
    return next(named, "") or _answered_by(to)


def _answered_by(heard: discord.Message) -> str:
    """The message that one of the bot was a reply to, which is all that is left when no button names a note.

    Where that was more than a sound it is not the note's id; `Intake` knows that one as long as the process lives.
    """
    reference = heard.reference
    return str(reference.message_id) if reference and reference.message_id else ""
