"""A loopback Ollama: /api/chat (streaming), /api/show, /api/tags, /api/ps and /api/version.

    async with OllamaServer() as server:          # 127.0.0.1, a free port; `port=` for a certain one
        server.url                                # "http://127.0.0.1:40123"
        server.reply = ...                        # what it answers, see below; may be set at any time
        server.chats[-1].body.user                # what was asked, in order; `.system`, `.data`, `.reply_schema`, …
        await server.chats[-1].over.wait()        # until that call has ended
        server.chats[-1].left                     # True: the client went away before the end
        server.running, server.most_at_once       # calls now, and the most there were
        await server.stop(); await server.start() # gone, and back at the same port
        assert not server.mistakes                # at the end of every test (leaving the block does it too)

What it answers is a callable `reply(request) -> Reply`, or a list of replies used up one call after the other.
Without one, and when the list is used up, a valid reply is generated from the schema in `format`.

    says({"level": 4})                            # this value, as JSON
    Reply(generate(request.reply_schema, level=4))      # generated, with these values at the top level
    Reply("It was fine, I guess.")                # prose
    Reply(first_token_s=0.1, tokens_per_second=20)
    Reply(ending=Ending.HANG, after=0)            # never begins; after=3 hangs after three tokens
    Reply(ending=Ending.CUT, after=3)             # HTTP 200 and the stream just ends; NO_REASON, LENGTH, ERROR, DROP, …
    Reply(status=503, error="server busy")        # refuses
    Reply(status=307, headers={"Location": url})  # sends elsewhere
    Reply(lines=(b"<html>",))                     # garbage lines in place of the tokens
    Reply(changes={"model": "other", "message": 7})  # lies: these values in every line

A request that does not fit is answered 400 and noted in `mistakes`. `server.instead["/api/show"] = Reply(...)` makes
another path fail (there, the text is the body). A `Pace` says how fast the machine is; `InstalledModel` what it holds.
As a process of its own: `python -m tests.wires.ollama --help`.
"""

from tests.wires.ollama.models import InstalledModel
from tests.wires.ollama.replies import Ending, Reply, says
from tests.wires.ollama.requests import ChatRequest, ShowRequest
from tests.wires.ollama.schemas import generate
from tests.wires.ollama.server import Asked, OllamaServer, Pace

__all__ = [
    "Asked",
    "ChatRequest",
    "Ending",
    "InstalledModel",
    "OllamaServer",
    "Pace",
    "Reply",
    "ShowRequest",
    "generate",
    "says",
]
