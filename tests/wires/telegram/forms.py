"""What may be asked, strictly: no other field, no other type. All values but texts and files come as JSON in a form."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Json, TypeAdapter, model_validator

UpdateKind = Literal["message", "edited_message", "callback_query", "my_chat_member"]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Entity(_Strict):
    type: Literal["bold", "italic", "blockquote", "bot_command", "underline", "strikethrough", "code", "pre", "url"]
    offset: int = Field(ge=0)
    length: int = Field(ge=1)


class Button(_Strict):
    text: str = Field(min_length=1)
    callback_data: str | None = None
    url: str | None = None

    @model_validator(mode="after")
    def _one_use(self) -> Button:
        if (self.callback_data is None) == (self.url is None):
            raise ValueError("exactly one of the optional fields must be used")
        return self


class Keyboard(_Strict):
    inline_keyboard: list[list[Button]]

    @property
    def buttons(self) -> list[Button]:
        return [button for row in self.inline_keyboard for button in row]

    def plain(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True)


class Preview(_Strict):
    is_disabled: bool


class GetMe(_Strict):
    pass


class GetUpdates(_Strict):
    offset: Json[int] | None = None
    limit: Json[Annotated[int, Field(ge=1, le=100)]] | None = None
    timeout: Json[Annotated[int, Field(ge=0, le=60)]] | None = None
    allowed_updates: Json[list[UpdateKind]] | None = None


def _reachable(url: str) -> str:
    if urlsplit(url).scheme not in {"http", "https"}:  # a Bot API server of one's own takes http, too
        raise ValueError("no address for a webhook")
    return url


class SetWebhook(_Strict):
    url: Annotated[str, AfterValidator(_reachable)]
    max_connections: Json[Annotated[int, Field(ge=1, le=100)]] | None = None
    allowed_updates: Json[list[UpdateKind]] | None = None
    secret_token: str | None = Field(default=None, pattern=re.compile(r"^[A-Za-z0-9_-]{1,256}$"))


class DeleteWebhook(_Strict):
    drop_pending_updates: Json[bool] | None = None


class ReplyParameters(_Strict):
    message_id: int
    allow_sending_without_reply: bool = False


class _Written(_Strict):
    text: str
    parse_mode: Literal["HTML"] | None = None
    entities: Json[list[Entity]] | None = None
    link_preview_options: Json[Preview] | None = None
    reply_markup: Json[Keyboard] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> _Written:
        if self.parse_mode and self.entities:
            raise ValueError("either parse_mode or entities")
        return self


class _Captioned(_Strict):
    caption: str = ""
    parse_mode: Literal["HTML"] | None = None
    caption_entities: Json[list[Entity]] | None = None
    reply_markup: Json[Keyboard] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> _Captioned:
        if self.parse_mode and self.caption_entities:
            raise ValueError("either parse_mode or caption_entities")
        return self


class SendMessage(_Written):
    chat_id: Json[int]
    message_thread_id: Json[int] | None = None
    reply_parameters: Json[ReplyParameters] | None = None


class Upload(_Strict):
    """A file that came as a part of the form."""

    name: str = Field(min_length=1)
    content_type: str = Field(min_length=1)
    content: bytes


class SendDocument(_Strict):
    chat_id: Json[int]
    document: Upload
    reply_markup: Json[Keyboard] | None = None
    reply_parameters: Json[ReplyParameters] | None = None


class SendVoice(_Captioned):
    chat_id: Json[int]
    voice: Upload
    duration: Json[Annotated[int, Field(ge=0)]] | None = None
    reply_parameters: Json[ReplyParameters] | None = None


class GetFile(_Strict):
    file_id: str = Field(min_length=1)


class EditMessageText(_Written):
    chat_id: Json[int]
    message_id: Json[int]


class EditMessageCaption(_Captioned):
    chat_id: Json[int]
    message_id: Json[int]


class EditMessageReplyMarkup(_Strict):
    chat_id: Json[int]
    message_id: Json[int]
    reply_markup: Json[Keyboard] | None = None


class AnswerCallbackQuery(_Strict):
    callback_query_id: str = Field(min_length=1)
    text: str | None = Field(default=None, max_length=200)
    show_alert: Json[bool] | None = None


class SendChatAction(_Strict):
    chat_id: Json[int]
    action: Literal["typing", "record_voice"]


class BotCommand(_Strict):
    command: str = Field(pattern=r"^[a-z0-9_]{1,32}$")
    description: str = Field(min_length=1, max_length=256)


class SetMyCommands(_Strict):
    commands: Json[Annotated[list[BotCommand], Field(max_length=100)]]


class GetMyCommands(_Strict):
    pass


Form = (
    GetMe
    | GetUpdates
    | SetWebhook
    | DeleteWebhook
    | SendMessage
    | SendDocument
    | SendVoice
    | GetFile
    | EditMessageText
    | EditMessageCaption
    | EditMessageReplyMarkup
    | AnswerCallbackQuery
    | SendChatAction
    | SetMyCommands
    | GetMyCommands
)
FORMS: dict[str, TypeAdapter[Form]] = {
    kind.__name__[:1].lower() + kind.__name__[1:]: TypeAdapter(kind)
    for kind in (
        GetMe,
        GetUpdates,
        SetWebhook,
        DeleteWebhook,
        SendMessage,
        SendDocument,
        SendVoice,
        GetFile,
        EditMessageText,
        EditMessageCaption,
        EditMessageReplyMarkup,
        AnswerCallbackQuery,
        SendChatAction,
        SetMyCommands,
        GetMyCommands,
    )
}
