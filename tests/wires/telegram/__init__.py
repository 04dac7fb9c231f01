"""A loopback Bot API: what the bot uses of it, with long polling and webhook, and people who write to the bot.

    async with TelegramServer() as server:        # 127.0.0.1, a free port; `port=` for a certain one
        server.url                                # "http://127.0.0.1:40123"
        robin = Person(server)                    # account 1001, in the private chat; `account=`, `chat=` for others
        number = robin.writes("/interview")       # the message's id
        question = await robin.hears()            # the bot's next message, as the Bot API describes it
        buttons_of(question)                      # {"Skip": "k.0", …}
        robin.presses("Skip"); robin.edits(number, "…"); robin.sends(voice={…}); robin.blocks()
        robin.writes("…", to=question)            # as a reply to a message, or to one's own by its id
        robin.opens(message)                      # ("transcript.txt", "…"), the file that the bot sent
        robin.speaks(b"OggS…", 3, kind="audio")   # a sound; `voice` by default, `caption=` for words with it
        robin.listens(message)                    # the sound of the bot's voice message
        server.downloads                          # what the bot has downloaded: paths, in order
        robin.deletes(question)                   # gone for both
        await robin.sees(question, "Skip")        # until the bot has edited it so
        server.asked("sendMessage")[-1].text      # every request that fitted, in order
        server.updates.deliver_again()            # what was confirmed comes once more
        server.faults.append(Fault("sendMessage", 429, "Too Many Requests", retry_after=1))
        server.chat(1001).closed = "user is deactivated"      # what the bot is told when it writes there
        await server.stop(); await server.start() # gone, and back at the same port
        assert not server.mistakes                # at the end of every test (leaving the block does it too)

A request that does not fit is answered 400 and noted in `mistakes`; what a good bot may meet (a blocked chat, a press
that is too old, broken markup) is refused in the words of the real server and is no mistake.
As a process of its own: `python -m tests.wires.telegram --help`.
"""

from tests.wires.telegram.chats import BOT, Chat
from tests.wires.telegram.markup import parse, units
from tests.wires.telegram.people import Person, buttons_of
from tests.wires.telegram.refusals import Fault, Refusal
from tests.wires.telegram.server import TOKEN, TelegramServer

__all__ = ["BOT", "TOKEN", "Chat", "Fault", "Person", "Refusal", "TelegramServer", "buttons_of", "parse", "units"]
