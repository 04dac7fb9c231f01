"""A loopback Discord: REST, the gateway, interactions and their webhooks.

    async with DiscordServer() as server:             # 127.0.0.1, a free port; `port=` for a certain one
        server.url                                    # the bot's api_base_url
        server.token                                  # the one token that is let in
        ana = server.world.user("ana")                # `closed=True`: takes no direct messages
        guild = server.world.guild()                  # with one channel; `has_bot=False`, `allows_threads=False`;
                                                      # `people` are its members; `allows_voice`, `allows_files`
        server.application                            # what is said of the bot's application: how it is installed
        await server.connected()                      # until the bot is there

    await server.writes(ana, "Hello")                 # a direct message; `edits`, `unfurls`, `types`, `again`
    await server.speaks(ana, b"...", seconds=4.0)     # a voice note; `server.sound(...)` for `writes(sounds=[...])`
    server.cdn.expire()                               # links to sounds; `server.cdn.asked` is what was asked for
    await server.gives(ana, "interview start", guild=guild, role="backend_engineer")
    await server.completes(ana, "interview start", "role", "back")
    await server.presses(ana, message, "Skip")        # a button; `fills` fills in the form that it opened
    await server.reply_to(server.world.direct(ana))   # the bot's first message there, as soon as it is there
    await server.until(lambda: ...)                   # anything else

    server.faults.append(Fault("POST", "/messages", status=429, retry_after=0.05))
    await server.gateway.drop(); .reconnect(); .invalidate()    # and `refuse_resumes`, `acknowledges`
    # A bot that identifies as a shard is told of its own servers only, by their ids; direct messages go to the first.
    assert not server.mistakes                        # at the end of every test (leaving the block does it too)

Every interaction has to be acknowledged within 3 s. What does not fit is refused as Discord refuses it, and noted in
`mistakes`; `exchanges` holds every request with its answer, and a message's `files` what came with it.
"""

from tests.wires.discord.cdn import Sound
from tests.wires.discord.faults import Fault
from tests.wires.discord.interactions import Interaction
from tests.wires.discord.server import DiscordServer, Exchange
from tests.wires.discord.world import Channel, Guild, Message, User

__all__ = ["Channel", "DiscordServer", "Exchange", "Fault", "Guild", "Interaction", "Message", "Sound", "User"]
