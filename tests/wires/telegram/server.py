"""The server itself: takes requests, checks and records them, and answers as the Bot API does, or by its script."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Self

import aiohttp
from aiohttp import web
from pydantic import ValidationError

from tests.wires.telegram import forms
from tests.wires.telegram.chats import ABOUT_BOT, BOT, WHEN, Chat, Updates, replied_to
from tests.wires.telegram.files import Files
from tests.wires.telegram.forms import FORMS, Form
from tests.wires.telegram.markup import caption, content, keyboard
from tests.wires.telegram.refusals import Fault, Refusal

TOKEN = "123456789:AA_made-up_token_for_tests_only_00000"
WITH_FILES = frozenset({"sendDocument", "sendVoice"})
DOWNLOAD = "file"
_Edit = forms.EditMessageText | forms.EditMessageCaption | forms.EditMessageReplyMarkup
_PAUSE_S = 0.02
_NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)


class TelegramServer:
    """See the package's own words at the top of `__init__.py`."""

    def __init__(self, port: int = 0, token: str = TOKEN) -> None:
        self.port = port
        self.token = token
        self.faults: list[Fault] = []
        self.calls: list[tuple[str, Form]] = []
        self.answers: list[tuple[str, Any]] = []
        self.downloads: list[str] = []
        self.mistakes: list[str] = []
        self.chats: dict[int, Chat] = {}
        self.files = Files()
        self.updates = Updates()
        self.commands: list[dict[str, Any]] = []
        self.webhook: forms.SetWebhook | None = None
        self.webhook_statuses: list[int] = []
        self.open_presses: set[str] = set()
        self.callback_ids = itertools.count(5_550_001)
        self._polling: asyncio.Event | None = None
        self._delivering: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        await self.stop()
        assert kind is not None or not self.mistakes, self.mistakes

    async def start(self) -> None:
        """Begin to listen, at the same port as before."""
        app = web.Application(client_max_size=50_000_000)
        app.add_routes([web.route("*", "/{path:.*}", self._take)])
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Be gone: open connections are closed, new ones refused."""
        self._end_delivering()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def asked(self, method: str) -> list[Any]:
        """The forms of all calls of a method that fitted, in order."""
        return [form for name, form in self.calls if name == method]

    def chat(self, number: int, kind: str = "private") -> Chat:
        return self.chats.setdefault(number, Chat(number, kind))

    # One request

    async def _take(self, request: web.Request) -> web.StreamResponse:
        try:
            if request.match_info["path"].startswith("file/"):
                return await self._download(request)
            method, form = await self._read(request)
            return await self._scripted(request, method, form)
        except Refusal as refusal:
            if refusal.mistake:
                self.mistakes.append(f"{request.path.rpartition('/')[2]}: {refusal.description}")
            return refusal.response()

    async def _read(self, request: web.Request) -> tuple[str, Form]:
        bot, _, method = request.match_info["path"].partition("/")
        if bot != f"bot{self.token}":
            raise Refusal(401, "Unauthorized")
        if method not in FORMS or request.method != "POST":
            raise Refusal(404, "Not Found", mistake=True)
        kind = "multipart/form-data" if method in WITH_FILES else "application/x-www-form-urlencoded"
        if request.can_read_body and request.content_type != kind:
            raise Refusal(400, "Bad Request: not a form", mistake=True)
        try:
            form = FORMS[method].validate_python(_fields(await request.post()))
        except ValidationError as error:
            problems = "; ".join(f"{each['loc']}: {each['msg']}" for each in error.errors())
            raise Refusal(400, f"Bad Request: {problems}", mistake=True) from None
        self.calls.append((method, form))
        return method, form

    def _fault(self, method: str) -> Fault | None:
        """What is to happen to this call."""
        fault = next((one for one in self.faults if one.method == method and one.times), None)
        if fault is not None and fault.spares:
            fault.spares -= 1
            return None
        if fault is not None:
            fault.times -= 1
        return fault

    async def _download(self, request: web.Request) -> web.StreamResponse:
        _, bot, path = request.match_info["path"].split("/", 2)
        if bot != f"bot{self.token}" or request.method != "GET":
            raise Refusal(404, "Not Found", mistake=True)
        self.downloads.append(path)
        fault = self._fault(DOWNLOAD)
        if fault is None:
            return self.files.downloaded(path)
        if fault.endless:
            return await self.files.stream(request, fault)
        await asyncio.sleep(fault.slow_s)
        if fault.drop and request.transport is not None:
            request.transport.abort()
        if fault.status:
            raise Refusal(fault.status, fault.description, retry_after=fault.retry_after)
        response = self.files.downloaded(path)
        if fault.packed:
            response.headers["Content-Encoding"] = "gzip"
        return response

    async def _scripted(self, request: web.Request, method: str, form: Form) -> web.StreamResponse:
        fault = self._fault(method)
        if fault is None:
            return await self._answered(method, form)
        await asyncio.sleep(fault.slow_s)
        reply = await self._answered(method, form) if fault.done or not (fault.status or fault.drop) else None
        if fault.drop and request.transport is not None:
            request.transport.abort()
        if fault.raw is not None:
            return web.Response(text=fault.raw, status=fault.status)
        if reply is None or fault.status:
            raise Refusal(fault.status or 500, fault.description, retry_after=fault.retry_after)
        return reply

    async def _answered(self, method: str, form: Form) -> web.Response:
        result = await self._answer(form)
        self.answers.append((method, result))
        return web.json_response({"ok": True, "result": result})

    async def _answer(self, form: Form) -> Any:  # noqa: C901, PLR0911, PLR0912 - one case for each method
        match form:
            case forms.GetMe():
                return ABOUT_BOT
            case forms.GetUpdates():
                return await self._batch(form)
            case forms.SendMessage():
                return self._add(form, content(form))
            case forms.SendDocument():
                return self._add(form, self._kept(form.document) | keyboard(form))
            case forms.SendVoice():
                return self._add(form, self._voice(form) | caption(form))
            case forms.GetFile():
                return self.files.described(form.file_id)
            case forms.EditMessageText() | forms.EditMessageCaption() | forms.EditMessageReplyMarkup():
                return self._edit(form)
            case forms.AnswerCallbackQuery():
                return self._answer_press(form)
            case forms.SendChatAction():
                self._open_chat(form.chat_id).actions.append(form.action)
            case forms.SetMyCommands():
                self.commands = [one.model_dump() for one in form.commands]
            case forms.GetMyCommands():
                return self.commands
            case forms.SetWebhook():
                self._set_webhook(form)
            case forms.DeleteWebhook():
                self._end_delivering()
        return True

    # What the methods do

    async def _batch(self, form: forms.GetUpdates) -> list[dict[str, Any]]:
        if self.webhook is not None:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first")
        ended, before = asyncio.Event(), self._polling
        self._polling = ended
        if before is not None:
            before.set()
        if form.allowed_updates is not None:
            self.updates.allowed = list(form.allowed_updates)
        self.updates.confirm(form.offset or 0)
        batch = asyncio.ensure_future(self.updates.batch(form.limit or 100, form.timeout or 0))
        over = asyncio.ensure_future(ended.wait())
        try:
            await asyncio.wait({batch, over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            over.cancel()
            batch.cancel() if not batch.done() else None
            self._polling = None if self._polling is ended else self._polling
        if ended.is_set():
            raise Refusal(409, "Conflict: terminated by other getUpdates request; make sure that only one bot runs")
        return batch.result()

    def _open_chat(self, number: int) -> Chat:
        chat = self.chats.get(number)
        if chat is None:
            raise Refusal(400, "Bad Request: chat not found")
        if chat.closed:
            raise Refusal(403, f"Forbidden: {chat.closed}")
        return chat

    def _add(
        self, form: forms.SendMessage | forms.SendDocument | forms.SendVoice, fields: dict[str, Any]
    ) -> dict[str, Any]:
        """The bot's new message. Raises Refusal."""
        chat, asked = self._open_chat(form.chat_id), form.reply_parameters
        replied = chat.messages.get(asked.message_id) if asked else None
        if asked and replied is None and not asked.allow_sending_without_reply:
            raise Refusal(400, "Bad Request: message to be replied not found")
        return chat.add(BOT, fields | replied_to(replied))

    def _kept(self, upload: forms.Upload) -> dict[str, Any]:
        """The fields of a message with that file. Raises Refusal."""
        if not upload.content:
            raise Refusal(400, "Bad Request: file must be non-empty")
        more = {"file_name": upload.name, "mime_type": upload.content_type}
        return {"document": self.files.add(upload.content) | more}

    def _voice(self, form: forms.SendVoice) -> dict[str, Any]:
        document = self._kept(form.voice)["document"]
        if self.chats[form.chat_id].forbids_voice:
            raise Refusal(400, "Bad Request: VOICE_MESSAGES_FORBIDDEN")
        del document["file_name"]
        return {"voice": document | {"duration": form.duration or 0}}

    def _editable(self, chat: Chat, form: _Edit) -> dict[str, Any]:
        message = chat.messages.get(form.message_id)
        if message is None:
            raise Refusal(400, "Bad Request: message to edit not found")
        if message["from"] is not BOT:
            raise Refusal(400, "Bad Request: message can't be edited")
        if isinstance(form, forms.EditMessageText) and "text" not in message:
            raise Refusal(400, "Bad Request: there is no text in the message to edit")
        if isinstance(form, forms.EditMessageCaption) and "text" in message:
            raise Refusal(400, "Bad Request: there is no caption in the message to edit")
        return message

    def _edit(self, form: _Edit) -> dict[str, Any]:
        chat = self._open_chat(form.chat_id)
        message = self._editable(chat, form)
        new, names = _changes(form)
        if all(message.get(name) == new.get(name) for name in names):
            raise Refusal(400, _NOT_MODIFIED)
        for name in names:
            message.pop(name, None)
        message |= new | {"edit_date": WHEN + 100_000}
        chat.notice()
        return message

    def _answer_press(self, form: forms.AnswerCallbackQuery) -> bool:
        if form.callback_query_id not in self.open_presses:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.open_presses.discard(form.callback_query_id)
        return True

    # The webhook

    def _set_webhook(self, form: forms.SetWebhook) -> None:
        self._end_delivering()
        self.webhook = form
        self.updates.allowed = None if form.allowed_updates is None else list(form.allowed_updates)
        self._delivering = asyncio.create_task(self._deliver(form))

    def _end_delivering(self) -> None:
        self.webhook = None
        if self._delivering is not None:
            self._delivering.cancel()
            self._delivering = None

    async def _deliver(self, webhook: forms.SetWebhook) -> None:
        """One update after the other; one that is not taken with a 2xx comes again."""
        secret = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret_token} if webhook.secret_token else {}
        async with aiohttp.ClientSession(headers=secret) as session:
            while True:
                (update, *_) = await self.updates.batch(1, 3_600)
                with suppress(aiohttp.ClientError):
                    async with session.post(webhook.url, json=update) as response:
                        self.webhook_statuses.append(response.status)
                        if response.ok:
                            self.updates.confirm(update["update_id"] + 1)
                            continue
                await asyncio.sleep(_PAUSE_S)


def _changes(form: _Edit) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The new fields of a message, and the names of those whose place they take."""
    match form:
        case forms.EditMessageText():
            return content(form), ("text", "entities", "reply_markup")
        case forms.EditMessageCaption():
            return caption(form), ("caption", "caption_entities", "reply_markup")
        case forms.EditMessageReplyMarkup():
            return keyboard(form), ("reply_markup",)


def _fields(form: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a form by name, a file with its name and content."""
    return {name: _uploaded(value) if isinstance(value, web.FileField) else value for name, value in form.items()}


def _uploaded(field: web.FileField) -> forms.Upload:
    return forms.Upload(name=field.filename, content_type=field.content_type, content=field.file.read())
