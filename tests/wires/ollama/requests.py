"""What may be asked, strictly: no other field, no other type."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class ShowRequest(_Strict):
    model: str = Field(min_length=1)


class Message(_Strict):
    role: Literal["system", "user", "assistant", "tool"]
    content: str


class Options(_Strict):
    num_ctx: int = Field(ge=1)
    num_predict: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)


class ChatRequest(_Strict):
    model: str = Field(min_length=1)
    messages: list[Message]
    stream: bool
    options: Options
    keep_alive: str | float
    tools: list[Any] = Field(default=[], max_length=0)
    think: bool | None = None
    format: dict[str, Any] | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_null(cls, given: Any) -> Any:
        if isinstance(given, dict) and None in given.values():
            raise ValueError("null is no value: a field that is not set is left out")
        return given

    @model_validator(mode="after")
    def _complete(self) -> ChatRequest:
        if self.messages and not (self.stream and self.format and self.options.num_predict):
            raise ValueError("a completion is streamed, has a schema, and a limit of tokens")
        if self.messages and self.options.temperature is None:
            raise ValueError("a completion has its temperature")
        return self

    @property
    def system(self) -> str:
        return "".join(message.content for message in self.messages if message.role == "system")

    @property
    def user(self) -> str:
        return "".join(message.content for message in self.messages if message.role == "user")

    @property
    def data(self) -> Any:
        """The user message read as JSON."""
        return json.loads(self.user)

    @property
    def reply_schema(self) -> dict[str, Any]:
        return self.format or {}
