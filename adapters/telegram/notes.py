"""Sounds in messages: what counts as a voice note, under which id, and which one a text replies to."""

from __future__ import annotations

from datetime import timedelta

from telegram import Audio, Document, Message, Video, VideoNote, Voice

from adapters.telegram.buttons import choices_of
from core.speech import VoiceNote

_Sound = Voice | Audio | VideoNote | Video | Document
_OGG = "application/ogg"


def note_of(message: Message) -> VoiceNote | None:
    """The sound that a message brings, None for any other message."""
    sent: _Sound | None = message.voice or message.audio or message.video_note or _file_of_sound(message)
    if sent is None:
        return None
    seconds = None if isinstance(sent, Document) else _seconds(sent.duration)
    return VoiceNote(sent.file_id, seconds, sent.file_size)


def note_id(message: Message) -> str:
    """The inbound id of the sound of a message; where there are words with it, these have the message's own."""
    return f"voice:{message.message_id}" if message.caption else str(message.message_id)


def replied_note(message: Message) -> str:
    """The id of the note that a text replies to, be it the note or what was heard in it; "" for none.

    Words that come with a sound of their own say nothing about another one.
    """
    reply, sender = message.reply_to_message, message.from_user
    if reply is None or reply.from_user is None or sender is None or message.text is None:
        return ""
    if reply.from_user.is_bot:
        return next((choice.note for choice in choices_of(reply) if choice.note), "")
    is_own = reply.from_user.id == sender.id and reply.forward_origin is None
    return note_id(reply) if is_own and note_of(reply) is not None else ""


def _file_of_sound(message: Message) -> Video | Document | None:
    """A sound that was sent as a file."""
    for sent in (message.video, message.document):
        if sent is not None and ((sent.mime_type or "").lower().startswith("audio/") or sent.mime_type == _OGG):
            return sent
    return None


def _seconds(duration: int | timedelta) -> float | None:
    """How long the sender's program says that it is: nothing, when that is nothing."""
    seconds = duration.total_seconds() if isinstance(duration, timedelta) else float(duration)
    return seconds if seconds > 0 else None
