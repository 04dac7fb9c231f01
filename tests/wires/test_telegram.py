"""The loopback Bot API: it answers as the real one does, and lets no mistake pass."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.wires.telegram import TOKEN, Fault, Person, Refusal, TelegramServer, buttons_of, parse


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    server = TelegramServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def robin(server: TelegramServer) -> Person:
    return Person(server)


class Api:
    """Calls a method with a form, and gives what was answered."""

    def __init__(self, server: TelegramServer, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.session = session

    async def __call__(self, method: str, **form: Any) -> dict[str, Any]:
        return await self._posts(method, _plain(form) or None)

    async def uploads(self, method: str, name: str, content: bytes, kind: str = "text/plain", **form: Any) -> Any:
        """Calls a method with a file."""
        parts = aiohttp.FormData(_plain(form), quote_fields=False)
        parts.add_field(method.removeprefix("send").lower(), content, filename=name, content_type=kind)
        return await self._posts(method, parts)

    async def speaks(self, content: bytes = b"OggS", **form: Any) -> Any:
        return await self.uploads("sendVoice", "a.ogg", content, "audio/ogg", **form)

    async def gets(self, path: str, token: str = TOKEN) -> tuple[int, bytes]:
        """Downloads a file."""
        async with self.session.get(f"{self.server.url}/file/bot{token}/{path}") as response:
            return response.status, await response.read()

    async def _posts(self, method: str, data: Any) -> dict[str, Any]:
        url = f"{self.server.url}/bot{TOKEN}/{method}"
        async with self.session.post(url, data=data) as response:
            answer: dict[str, Any] = await response.json()
        assert answer["ok"] is (response.status == 200)
        return answer


def _plain(form: dict[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in form.items()}


@pytest.fixture
def api(server: TelegramServer, session: aiohttp.ClientSession) -> Api:
    return Api(server, session)


@pytest.mark.parametrize(
    ("method", "form", "mistake"),
    [
        ("getMe", {"x": "1"}, "Extra inputs"),
        ("getUpdates", {"timeout": "long"}, "Invalid JSON"),
        ("getUpdates", {"timeout": 99}, "less than or equal to 60"),
        ("getUpdates", {"limit": 101}, "less than or equal to 100"),
        ("getUpdates", {"offset": 1.5}, "valid integer"),
        ("getUpdates", {"allowed_updates": ["messages"]}, "Input should be"),
        ("getUpdates", {"allowed_updates": "message"}, "Invalid JSON"),
        ("setWebhook", {"url": "ftp://x"}, "no address"),
        ("setWebhook", {"url": "https://x", "secret_token": "a b"}, "match pattern"),
        ("sendMessage", {"chat_id": 1001}, "Field required"),
        ("sendMessage", {"chat_id": "robin", "text": "x"}, "Invalid JSON"),
        ("sendMessage", {"chat_id": 1001, "text": "x", "parse_mode": "Markdown"}, "Input should be 'HTML'"),
        ("sendMessage", {"chat_id": 1001, "text": "x", "link_preview_options": {"url": 1}}, "Field required"),
        ("sendMessage", {"chat_id": 1001, "text": "x", "disable_web_page_preview": True}, "Extra inputs"),
        (
            "sendMessage",
            {"chat_id": 1001, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "A"}]]}},
            "exactly one",
        ),
        (
            "sendMessage",
            {
                "chat_id": 1001,
                "text": "x",
                "parse_mode": "HTML",
                "entities": [{"type": "bold", "offset": 0, "length": 1}],
            },
            "either parse_mode or entities",
        ),
        (
            "sendMessage",
            {"chat_id": 1001, "text": "x", "entities": [{"type": "bold", "offset": 0, "length": 2}]},
            "left out",
        ),
        ("sendChatAction", {"chat_id": 1001, "action": "dancing"}, "Input should be 'typing' or 'record_voice'"),
        ("setMyCommands", {"commands": [{"command": "Start", "description": "x"}]}, "match pattern"),
        ("setMyCommands", {"commands": [{"command": "start", "description": ""}]}, "at least 1"),
        ("answerCallbackQuery", {}, "Field required"),
        ("sendPhoto", {}, "Not Found"),
        ("sendVoice", {"chat_id": 1001, "voice": "file-1"}, "not a form"),
        ("getFile", {}, "Field required"),
        ("getFile", {"file_id": "a", "name": "b"}, "Extra inputs"),
        ("sendMessage", {"chat_id": 1001, "text": "x", "reply_to_message_id": 1}, "Extra inputs"),
        ("sendMessage", {"chat_id": 1001, "text": "x", "reply_parameters": {"message_id": "1"}}, "valid integer"),
        ("editMessageCaption", {"chat_id": 1001, "message_id": 1, "text": "x"}, "Extra inputs"),
        ("sendDocument", {"chat_id": 1001, "document": "file-1"}, "not a form"),
        ("editMessageText", {"chat_id": 1001, "message_id": "x", "text": "x"}, "Invalid JSON"),
        ("editMessageText", {"message_id": 1, "text": "x"}, "Field required"),
    ],
)
async def test_a_request_that_does_not_fit_is_refused_and_noted(
    server: TelegramServer, api: Api, method: str, form: dict[str, Any], mistake: str
) -> None:
    server.chat(1001)
    assert mistake in (await api(method, **form))["description"]
    assert len(server.mistakes) == 1
    with pytest.raises(AssertionError, match=method):
        await server.__aexit__(None)


async def test_other_forms_are_mistakes(server: TelegramServer, session: aiohttp.ClientSession) -> None:
    async with session.get(f"{server.url}/bot{TOKEN}/getMe") as response:
        assert response.status == 404
    async with session.post(f"{server.url}/bot{TOKEN}/getMe", json={"a": 1}) as response:
        assert response.status == 400
    assert len(server.mistakes) == 2


async def test_another_token_is_refused(server: TelegramServer, session: aiohttp.ClientSession) -> None:
    async with session.post(f"{server.url}/bot1:wrong/getMe") as response:
        assert await response.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert not server.mistakes


async def test_updates_are_confirmed_by_the_next_offset(server: TelegramServer, api: Api, robin: Person) -> None:
    robin.writes("/skip now")
    robin.edits(robin.writes("one"), "two")
    batch = (await api("getUpdates", timeout=1))["result"]
    assert [set(update) - {"update_id"} for update in batch] == [{"message"}, {"message"}, {"edited_message"}]
    assert batch[0]["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 5}]
    assert (batch[1]["message"]["text"], batch[2]["edited_message"]["text"]) == ("one", "two")
    assert (await api("getUpdates", timeout=1))["result"] == batch
    assert len((await api("getUpdates", limit=1))["result"]) == 1
    last = batch[-1]["update_id"]
    assert (await api("getUpdates", offset=last))["result"] == batch[-1:]
    assert (await api("getUpdates", offset=last + 1))["result"] == []
    server.updates.deliver_again()
    assert (await api("getUpdates"))["result"] == batch


async def test_a_long_poll_waits_and_only_what_is_allowed_comes(api: Api, robin: Person) -> None:
    poll = asyncio.create_task(api("getUpdates", timeout=5, allowed_updates=["message"]))
    await asyncio.sleep(0.05)
    robin.presses_payload("x", None)
    assert not poll.done()
    robin.writes("Hello")
    (update,) = (await poll)["result"]
    assert update["message"]["text"] == "Hello"


async def test_two_polls_at_once_are_a_conflict(api: Api, robin: Person) -> None:
    first = asyncio.create_task(api("getUpdates", timeout=5))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(api("getUpdates", timeout=5))
    assert (await first)["error_code"] == 409
    robin.writes("Hello")
    assert len((await second)["result"]) == 1
    await api("setWebhook", url="http://127.0.0.1:9/")
    assert "webhook is active" in (await api("getUpdates"))["description"]
    assert (await api("deleteWebhook"))["result"] is True


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("a &lt;b&gt; &amp;amp; &quot;c&quot; &#33; &nbsp; d", 'a <b> &amp; "c" ! &nbsp; d', []),
        ("🙂<b>b</b>", "🙂b", [("bold", 2, 1)]),
        ("<i>a<b>b</b></i>", "ab", [("bold", 1, 1), ("italic", 0, 2)]),
        ("<blockquote>a\nb</blockquote><b></b>", "a\nb", [("blockquote", 0, 3)]),
    ],
)
def test_html_is_read(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    found, marked = parse(source)
    assert (found, [(one["type"], one["offset"], one["length"]) for one in marked]) == (text, entities)


@pytest.mark.parametrize("source", ["<p>a</p>", "<b>a", "<b>a</i>", "a</b>", "a < b", "<b><i>a</b></i>"])
def test_broken_html_is_refused(source: str) -> None:
    with pytest.raises(Refusal, match="can't parse entities"):
        parse(source)


async def test_messages_are_sent_and_edited(server: TelegramServer, api: Api, robin: Person) -> None:
    under = {"inline_keyboard": [[{"text": "Skip", "callback_data": "k"}, {"text": "Site", "url": "https://x"}]]}
    sent = await api("sendMessage", chat_id="1001", text="<b>Why</b>?", parse_mode="HTML", reply_markup=under)
    shown = await robin.hears()
    assert sent["result"] == json.loads(json.dumps(shown))
    assert (shown["text"], buttons_of(shown)) == ("Why?", {"Skip": "k", "Site": "https://x"})
    assert shown["from"]["is_bot"]
    at = {"chat_id": 1001, "message_id": shown["message_id"]}
    assert "not modified" in (await api("editMessageReplyMarkup", **at, reply_markup=under))["description"]
    await api("editMessageReplyMarkup", **at)
    assert (shown["text"], shown["entities"][0]["type"], buttons_of(shown)) == ("Why?", "bold", {})
    await api("editMessageText", **at, text="So?")
    assert ("entities" not in shown, shown["text"]) == (True, "So?")
    same = await api("editMessageText", **at, text="So?")
    assert same["description"].startswith("Bad Request: message is not modified: specified new message content")
    assert not server.mistakes


async def test_what_cannot_be_edited(server: TelegramServer, api: Api, robin: Person) -> None:
    async def refusal(number: int) -> str:
        refused = await api("editMessageText", chat_id=1001, message_id=number, text="x")
        return str(refused["description"]).removeprefix("Bad Request: ")

    assert await refusal(99) == "message to edit not found"
    assert await refusal(robin.writes("mine")) == "message can't be edited"
    await api.uploads("sendDocument", "a.txt", b"a", chat_id=1001)
    assert await refusal((await robin.hears())["message_id"]) == "there is no text in the message to edit"
    await api("sendMessage", chat_id=1001, text="<b>Page</b>")
    page = await robin.hears()
    robin.deletes(page)
    assert await refusal(page["message_id"]) == "message to edit not found"
    assert not server.mistakes


async def test_files_are_kept(server: TelegramServer, api: Api, robin: Person) -> None:
    under = {"inline_keyboard": [[{"text": "Skip", "callback_data": "k"}]]}
    sent = await api.uploads("sendDocument", "a <b>.txt", "é 🙂".encode(), chat_id=1001, reply_markup=under)
    shown = await robin.hears()
    assert sent["result"] == json.loads(json.dumps(shown))
    assert (robin.opens(shown), buttons_of(shown)) == (("a <b>.txt", "é 🙂"), {"Skip": "k"})
    assert (shown["document"]["mime_type"], shown["document"]["file_size"]) == ("text/plain", 7)
    (form,) = server.asked("sendDocument")
    assert form.document.content == "é 🙂".encode()
    await api("editMessageReplyMarkup", chat_id=1001, message_id=shown["message_id"])
    assert (buttons_of(shown), "document" in shown) == ({}, True)
    assert "non-empty" in (await api.uploads("sendDocument", "a.txt", b"", chat_id=1001))["description"]
    assert not server.mistakes
    assert "Extra inputs" in (await api.uploads("sendDocument", "a.txt", b"a", chat_id=1001, title="x"))["description"]
    assert "Field required" in (await api.uploads("sendDocument", "a.txt", b"a"))["description"]
    assert "not a form" in (await api.uploads("sendMessage", "a.txt", b"a", chat_id=1001, text="x"))["description"]
    assert len(server.mistakes) == 3


async def test_voice_messages(server: TelegramServer, api: Api, robin: Person) -> None:
    under = {"inline_keyboard": [[{"text": "Skip", "callback_data": "k"}]]}
    form: dict[str, Any] = {
        "chat_id": 1001,
        "caption": "<b>Why</b>?",
        "parse_mode": "HTML",
        "duration": 3,
        "reply_markup": under,
    }
    sent = await api.speaks(**form)
    shown = await robin.hears()
    assert sent["result"] == json.loads(json.dumps(shown))
    assert (shown["caption"], shown["caption_entities"][0]["type"], buttons_of(shown)) == (
        "Why?",
        "bold",
        {"Skip": "k"},
    )
    assert (shown["voice"]["duration"], shown["voice"]["mime_type"], robin.listens(shown)) == (3, "audio/ogg", b"OggS")
    at = {"chat_id": 1001, "message_id": shown["message_id"]}
    assert "no text in the message" in (await api("editMessageText", **at, text="So?"))["description"]
    assert (await api("editMessageCaption", **at, caption="So?"))["ok"]
    assert (shown["caption"], "caption_entities" in shown, buttons_of(shown)) == ("So?", False, {})
    assert "not modified" in (await api("editMessageCaption", **at, caption="So?"))["description"]
    robin.chat.forbids_voice = True
    assert "VOICE_MESSAGES_FORBIDDEN" in (await api.speaks(chat_id=1001))["description"]
    robin.chat.forbids_voice = False
    assert "caption is too long" in (await api.speaks(chat_id=1001, caption="🙂" * 513))["description"]
    assert "non-empty" in (await api.speaks(b"", chat_id=1001))["description"]
    await api("sendMessage", chat_id=1001, text="Words")
    at["message_id"] = robin.chat.said[-1]["message_id"]
    assert "no caption in the message" in (await api("editMessageCaption", **at, caption="x"))["description"]
    assert not server.mistakes
    assert "Extra inputs" in (await api.speaks(chat_id=1001, text="x"))["description"]
    assert "Input should be" in (await api.speaks(chat_id=1001, duration=1.5))["description"]
    assert (
        "either"
        in (await api.speaks(**form, caption_entities=[{"type": "bold", "offset": 0, "length": 1}]))["description"]
    )
    assert len(server.mistakes) == 3


async def test_files_are_fetched(server: TelegramServer, api: Api, robin: Person) -> None:
    robin.speaks(b"one", 7)
    robin.speaks(b"two", kind="audio", caption="/skip it")
    robin.speaks(b"three", kind="video_note")
    robin.speaks(b"four", kind="document", mime_type="audio/flac")
    messages = [update["message"] for update in (await api("getUpdates"))["result"]]
    assert messages[0]["voice"] == {
        "file_id": "file-1",
        "file_unique_id": "1",
        "file_size": 3,
        "duration": 7,
        "mime_type": "audio/ogg",
    }
    assert messages[1]["caption_entities"] == [{"type": "bot_command", "offset": 0, "length": 5}]
    assert messages[3]["document"]["mime_type"] == "audio/flac"
    for kind, message, content in zip(
        ("voice", "audio", "video_note", "document"), messages, (b"one", b"two", b"three", b"four"), strict=True
    ):
        described = (await api("getFile", file_id=message[kind]["file_id"]))["result"]
        assert described["file_size"] == len(content)
        assert await api.gets(described["file_path"]) == (200, content)
    assert len(server.downloads) == 4
    assert "wrong file_id" in (await api("getFile", file_id="file-9"))["description"]
    server.files.declared["file-1"] = 20_000_001
    assert "file is too big" in (await api("getFile", file_id="file-1"))["description"]
    assert (await api.gets("voice/none"))[0] == 404
    assert not server.mistakes
    assert (await api.gets("voice/none", "1:wrong"))[0] == 404
    assert len(server.mistakes) == 1


async def test_faults_of_files(server: TelegramServer, api: Api, robin: Person) -> None:
    robin.speaks(b"one")
    path = (await api("getFile", file_id="file-1"))["result"]["file_path"]
    server.faults = [Fault("file", 500), Fault("file", endless=True), Fault("file", drop=True, times=9)]
    assert (await api.gets(path))[0] == 500
    async with api.session.get(f"{server.url}/file/bot{TOKEN}/{path}") as response:
        assert len(await response.content.readexactly(200_000)) == 200_000
    assert server.files.streamed >= 200_000
    with pytest.raises(aiohttp.ClientError):
        await api.gets(path)


async def test_replies(server: TelegramServer, api: Api, robin: Person) -> None:
    number = robin.writes("one")
    await api("sendMessage", chat_id=1001, text="x", reply_parameters={"message_id": number})
    shown = await robin.hears()
    assert shown["reply_to_message"]["text"] == "one"
    robin.writes("two", to=shown)
    robin.writes("three", to=number)
    replies = [update["message"]["reply_to_message"] for update in (await api("getUpdates"))["result"][1:]]
    assert [("reply_to_message" in reply, reply["text"]) for reply in replies] == [(False, "x"), (False, "one")]
    gone = {"message_id": 99}
    refused = await api("sendMessage", chat_id=1001, text="x", reply_parameters=gone)
    assert "to be replied not found" in refused["description"]
    gone |= {"allow_sending_without_reply": True}
    assert "reply_to_message" not in (await api("sendMessage", chat_id=1001, text="x", reply_parameters=gone))["result"]
    assert "reply_to_message" not in (await api.speaks(chat_id=1001, reply_parameters=gone))["result"]
    assert not server.mistakes


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ({"text": " \n"}, "message text is empty"),
        ({"text": "🙂" * 2_049}, "message is too long"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "A", "callback_data": "é" * 33}]]}}, "BUTTON"),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]] * 101}},
            "too long",
        ),
    ],
)
async def test_limits(api: Api, robin: Person, form: dict[str, Any], refusal: str) -> None:
    assert refusal in (await api("sendMessage", chat_id=1001, **form))["description"]
    assert (await api("sendMessage", chat_id=1001, text="<i>🙂</i>" * 100, parse_mode="HTML"))["ok"]
    assert (
        "left out" in (await api("sendMessage", chat_id=1001, text="<i>a</i>" * 101, parse_mode="HTML"))["description"]
    )


async def test_who_cannot_be_written_to(server: TelegramServer, api: Api, robin: Person) -> None:
    assert (await api("sendMessage", chat_id=5, text="x"))["description"] == "Bad Request: chat not found"
    robin.blocks()
    refused = await api("sendMessage", chat_id=1001, text="x")
    assert (refused["error_code"], refused["description"]) == (403, "Forbidden: bot was blocked by the user")
    ((update,),) = ((await api("getUpdates"))["result"],)
    assert update["my_chat_member"]["new_chat_member"]["status"] == "kicked"


async def test_a_press_is_answered_once(server: TelegramServer, api: Api, robin: Person) -> None:
    under = {"inline_keyboard": [[{"text": "Skip", "callback_data": "k"}]]}
    await api("sendMessage", chat_id=1001, text="Why?", reply_markup=under)
    press = robin.presses("Skip")
    (update,) = (await api("getUpdates"))["result"]
    assert (update["callback_query"]["id"], update["callback_query"]["data"]) == (press, "k")
    assert (await api("answerCallbackQuery", callback_query_id=press))["result"] is True
    assert "too old" in (await api("answerCallbackQuery", callback_query_id=press))["description"]
    robin.deletes(robin.chat.said[0])
    robin.presses("Skip")
    message = (await api("getUpdates"))["result"][-1]["callback_query"]["message"]
    assert message == {"chat": robin.chat.plain, "message_id": 1, "date": 0}


async def test_commands_are_kept(api: Api) -> None:
    assert (await api("getMyCommands"))["result"] == []
    listed = [{"command": "start", "description": "begin"}]
    await api("setMyCommands", commands=listed)
    assert (await api("getMyCommands"))["result"] == listed


async def test_faults(server: TelegramServer, api: Api, robin: Person, session: aiohttp.ClientSession) -> None:
    server.faults = [
        Fault("getMe", 429, "Too Many Requests", retry_after=3, spares=1),
        Fault("sendMessage", 500, done=True),
        Fault("getMe", drop=True),
        Fault("getMe", 200, raw="<html>"),
        Fault("getMe", slow_s=0.05),
    ]
    assert (await api("getMe"))["result"]["username"] == "practice_test_bot"
    assert (await api("getMe"))["parameters"] == {"retry_after": 3}
    assert (await api("sendMessage", chat_id=1001, text="x"))["error_code"] == 500
    assert len(robin.chat.said) == 1
    with pytest.raises(aiohttp.ClientError):
        await api("getMe")
    async with session.post(f"{server.url}/bot{TOKEN}/getMe") as response:
        assert (response.status, await response.text()) == (200, "<html>")
    assert (await api("getMe"))["ok"]
    await server.stop()
    with pytest.raises(aiohttp.ClientError):
        await api("getMe")
    await server.start()
    assert (await api("getMe"))["ok"]


async def test_as_a_process_of_its_own(session: aiohttp.ClientSession, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.wires.telegram", "--port", "0", stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    server = TelegramServer(int((await process.stdout.readline()).rpartition(b":")[2]))
    api = Api(server, session)
    under = {"inline_keyboard": [[{"text": "Skip", "callback_data": "k"}]]}
    await api("sendMessage", chat_id=1001, text="Why?", reply_markup=under)
    assert json.loads(await process.stdout.readline()) == {"text": "Why?", "buttons": ["Skip"]}
    await api.uploads("sendDocument", "a.txt", b"Words", chat_id=1001)
    assert json.loads(await process.stdout.readline()) == {"file": ["a.txt", "Words"], "buttons": []}
    await api.speaks(chat_id=1001, caption="Aloud", duration=2)
    assert json.loads(await process.stdout.readline()) == {"voice": 2, "text": "Aloud", "buttons": []}
    clip = tmp_path / "clip.ogg"
    clip.write_bytes(b"OggS")
    process.stdin.write(f"Because\n[Skip]\n<{clip}>\n".encode())
    updates: list[Any] = []
    while len(updates) < 3:
        updates = (await api("getUpdates", timeout=1))["result"]
    assert (updates[0]["message"]["text"], updates[1]["callback_query"]["data"]) == ("Because", "k")
    assert updates[2]["message"]["voice"]["file_size"] == 4
    process.stdin.close()
    process.terminate()
    assert await process.wait() == 0
