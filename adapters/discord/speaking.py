"""Speech as Discord is sent it: as a voice message, or as a file where that is not taken."""

from __future__ import annotations

import base64
import io
from typing import Any

import discord
from discord.http import handle_message_parameters

from adapters.discord.failures import NO_VOICE
from core.speech import Speech

_FILE_NAME = "voice-message.ogg"
_MOST_POINTS = 256
_SILENCE = b"\0"


class NumberedFile(discord.File):
    def to_dict(self, index: int) -> dict[str, Any]:
        """With the number as Discord describes it: as text."""
        return super().to_dict(index) | {"id": str(index)}


class SpeechFile(NumberedFile):
    def __init__(self, speech: Speech) -> None:
        super().__init__(io.BytesIO(speech.sound), filename=_FILE_NAME)


class _VoiceFile(SpeechFile):
    def __init__(self, speech: Speech) -> None:
        super().__init__(speech)
        points = base64.b64encode(speech.waveform[:_MOST_POINTS] or _SILENCE).decode()
        self._shown = {"duration_secs": speech.seconds, "waveform": points}

    def to_dict(self, index: int) -> dict[str, Any]:
        return super().to_dict(index) | self._shown


async def say(
    client: discord.Client, chat: int, speech: Speech, nonce: str, reference: discord.MessageReference | None
) -> bool:
    """Send a voice message, which can hold nothing else. Whether Discord took it; raises HTTPException and the like.

    discord.py 2.7 has no call for it: its `send` takes neither the flag nor the kind of content, without which Discord
    leaves length and waveform away. So the request is made here of the library's own parts.
    """
    answered: dict[str, Any] = {"message_reference": reference.to_message_reference_dict()} if reference else {}
    with handle_message_parameters(
        file=_VoiceFile(speech),
        flags=discord.MessageFlags(voice=True),
        nonce=nonce,
        allowed_mentions=discord.AllowedMentions.none(),
        **answered,
    ) as params:
        for part in params.multipart or ():
            if "filename" in part:
                part["content_type"] = "audio/ogg"
        try:
            await client.http.send_message(chat, params=params)
        except discord.HTTPException as error:
            if error.code not in NO_VOICE:
                raise
            return False
    return True
