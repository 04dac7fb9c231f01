"""What the bot may send, strictly: no other field, no other type."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

SUPPRESS_EMBEDS, EPHEMERAL, VOICE = 4, 64, 8192
NAME = r"^[-_a-z0-9]{1,32}$"


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class AllowedMentions(_Strict):
    parse: list[Literal["users", "roles", "everyone"]] = Field(max_length=0)
    users: list[str] = []
    roles: list[str] = []
    replied_user: bool = False


class Button(_Strict):
    type: Literal[2]
    style: int = Field(ge=1, le=4)
    custom_id: str = Field(min_length=1, max_length=100)
    label: str = Field(min_length=1, max_length=80)
    disabled: bool = False
    id: int | None = None


class Row(_Strict):
    type: Literal[1]
    components: list[Button] = Field(min_length=1, max_length=5)
    id: int | None = None


class Embed(_Strict):
    type: Literal["rich"] = "rich"
    title: str | None = Field(default=None, max_length=256)
    description: str | None = Field(default=None, max_length=4096)
    color: int | None = Field(default=None, ge=0, le=0xFFFFFF)


class Attachment(_Strict):
    id: str = Field(pattern=r"^\d$")
    filename: str = Field(min_length=1, max_length=1024)
    duration_secs: float | None = Field(default=None, gt=0, le=2_147_483_647)
    waveform: str | None = Field(default=None, max_length=400)

    @property
    def is_voice(self) -> bool:
        return self.duration_secs is not None and self.waveform is not None

    @field_validator("waveform")
    @classmethod
    def _has_points(cls, waveform: str | None) -> str | None:
        try:
            points = b"" if waveform is None else base64.b64decode(waveform, validate=True)
        except binascii.Error:
            raise ValueError("the waveform is not base64") from None
        if waveform is not None and not 1 <= len(points) <= 256:
            raise ValueError("the waveform has no points, or too many")
        return waveform


class Reference(_Strict):
    message_id: int | str
    channel_id: int | str
    type: Literal[0] = 0
    fail_if_not_exists: Literal[False]


class _Shown(_Strict):
    content: str | None = Field(default=None, max_length=2000)
    embeds: list[Embed] = Field(default=[], max_length=10)
    components: list[Row] = Field(default=[], max_length=5)
    allowed_mentions: AllowedMentions | None = None
    flags: int = 0
    attachments: list[Attachment] = Field(default=[], max_length=10)

    @model_validator(mode="after")
    def _fits(self) -> _Shown:
        if len((self.content or "").encode("utf-16-le")) > 2 * 2000:
            raise ValueError("the content is longer than 2,000")
        if sum(len(embed.description or "") + len(embed.title or "") for embed in self.embeds) > 6000:
            raise ValueError("the embeds are longer than 6,000 together")
        ids = [button.custom_id for row in self.components for button in row.components]
        if len(ids) != len(set(ids)):
            raise ValueError("two components have the same custom id")
        return self


class MessageCreate(_Shown):
    nonce: str | int | None = None
    enforce_nonce: bool = False
    tts: Literal[False] = False
    message_reference: Reference | None = None

    @model_validator(mode="after")
    def _is_voice_or_not(self) -> MessageCreate:
        if not self.flags & VOICE:
            if any(each.duration_secs is not None or each.waveform is not None for each in self.attachments):
                raise ValueError("only a voice message has a waveform")
            return self
        if self.flags != VOICE or len(self.attachments) != 1 or not self.attachments[0].is_voice:
            raise ValueError("Voice messages must have a single audio attachment and supporting metadata")
        if self.content is not None or self.embeds or self.components:
            raise ValueError("Voice messages do not support additional content")
        return self

    @model_validator(mode="after")
    def _whole(self) -> MessageCreate:
        if not (self.content or "").strip() and not self.embeds and not self.attachments:
            raise ValueError("Cannot send an empty message")
        if isinstance(self.nonce, str) and len(self.nonce) > 25:
            raise ValueError("the nonce is longer than 25")
        if self.allowed_mentions is None:
            raise ValueError("mentions would be resolved")
        if self.embeds and self.flags & SUPPRESS_EMBEDS:
            raise ValueError("the embed would not be shown")
        return self


class MessageEdit(_Shown):
    tts: Literal[False] = False  # means nothing there, but discord.py sends it
    attachments: list[Attachment] = Field(default=[], max_length=0)

    @model_validator(mode="after")
    def _calls_nobody(self) -> MessageEdit:
        if self.content and self.allowed_mentions is None:
            raise ValueError("mentions would be resolved")
        return self


class FollowUp(MessageCreate):
    thread_name: None = None
    message_reference: None = None
    attachments: list[Attachment] = Field(default=[], max_length=0)


class DirectChannel(_Strict):
    recipient_id: int | str


class ThreadCreate(_Strict):
    name: str = Field(min_length=1, max_length=100)
    auto_archive_duration: Literal[60, 1440, 4320, 10080]
    type: Literal[12]
    invitable: bool
    rate_limit_per_user: int | None = None


class Offer(_Strict):
    name: str = Field(min_length=1, max_length=100)
    value: str | int


class Option(_Strict):
    type: int = Field(ge=1, le=11)
    name: str = Field(pattern=NAME)
    description: str = Field(min_length=1, max_length=100)
    required: bool = False
    autocomplete: bool = False
    choices: list[Offer] = Field(default=[], max_length=25)
    options: list[Option] = Field(default=[], max_length=25)
    min_value: int | None = None
    max_value: int | None = None
    min_length: int | None = None
    max_length: int | None = None

    @model_validator(mode="after")
    def _fits(self) -> Option:
        if self.autocomplete and self.choices:
            raise ValueError("an option has choices or autocompletes")
        return self


class Command(_Strict):
    name: str = Field(pattern=NAME)
    description: str = Field(min_length=1, max_length=100)
    type: Literal[1]
    options: list[Option] = Field(default=[], max_length=25)
    default_member_permissions: int | None = None
    dm_permission: bool = True
    contexts: list[Literal[0, 1, 2]] | None = None
    integration_types: list[Literal[0, 1]] | None = None
    nsfw: bool = False


class Commands(_Strict):
    commands: list[Command] = Field(max_length=100)


class Deferred(_Strict):
    flags: int = 0


class TextInput(_Strict):
    type: Literal[4]
    custom_id: str = Field(min_length=1, max_length=100)
    style: Literal[1, 2]
    label: str | None = None
    required: bool = True
    min_length: int | None = None
    max_length: int | None = Field(default=None, ge=1, le=4000)
    id: int | None = None


class Label(_Strict):
    type: Literal[18]
    label: str = Field(min_length=1, max_length=45)
    component: TextInput
    id: int | None = None


class Modal(_Strict):
    custom_id: str = Field(min_length=1, max_length=100)
    title: str = Field(min_length=1, max_length=45)
    components: list[Label] = Field(min_length=1, max_length=5)


class Offered(_Strict):
    choices: list[Offer] = Field(max_length=25)


class Callback(_Strict):
    type: Literal[4, 5, 6, 7, 8, 9]
    data: dict[str, Any] | None = None


CALLBACK_DATA: dict[int, type[BaseModel]] = {4: FollowUp, 5: Deferred, 7: MessageEdit, 8: Offered, 9: Modal}
"""What each kind of callback carries; a deferred update (6) carries nothing."""
