"""What is asked of the server over HTTP, taken apart: JSON, or a form with JSON and files in it."""

from __future__ import annotations

import json
import re
from email import message_from_bytes, policy
from typing import Any, NamedTuple, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from tests.wires.discord.faults import ApiError
from tests.wires.discord.world import Files

PREFIX = "/api/v10"
FORM = "multipart/form-data"
_FILE = re.compile(r"files\[(\d)\]")
Body = TypeVar("Body", bound=BaseModel)


class Said(NamedTuple):
    """What a request says, and the files that came with it, with what kind of content each is said to be."""

    body: Any
    files: Files
    kinds: dict[int, str]


SAID = web.RequestKey("said", Said)


def taken_apart(request: web.Request, body: bytes) -> Said:
    if request.content_type != FORM:
        return Said(json.loads(body) if body else None, {}, {})
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    said: Any = None
    files: Files = {}
    kinds: dict[int, str] = {}
    for part in message_from_bytes(head + body, policy=policy.HTTP).iter_parts():
        name, content = part.get_param("name", header="Content-Disposition"), part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if name == "payload_json":
            said = json.loads(content)
        else:
            found = _FILE.fullmatch(str(name))
            number = int(found[1]) if found else -1
            files[number], kinds[number] = (part.get_filename() or "", content), part.get_content_type()
    return Said(said, files, kinds)


def checked(kind: type[Body], given: Any) -> Body:
    """Raises ApiError 50035, as Discord does for a form that does not fit."""
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        mistakes = "; ".join(f"{each['loc']}: {each['msg']}" for each in error.errors())
        raise ApiError(400, 50035, f"Invalid Form Body: {mistakes}") from None


def only(request: web.Request, *known: str) -> None:
    """Raises ApiError where the query says something else."""
    if unknown := request.query.keys() - set(known):
        raise ApiError(400, 50035, f"Invalid Form Body: {unknown}")
