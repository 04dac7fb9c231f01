"""What our own words look like on Discord."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.discord import DiscordPlatform, words
from core import wording
from core.messages import Block, BlockStyle, Outbound, OutboundKind
from core.wording import pages
from tests.adapters.discord.conftest import in_chat
from tests.wires.discord import DiscordServer, User

OWN = (
    OutboundKind.NOTICE,
    OutboundKind.MENU,
    OutboundKind.STATUS,
    OutboundKind.HELP,
    OutboundKind.HISTORY,
    OutboundKind.ROLES,
)


def shown(text: str, kind: OutboundKind = OutboundKind.NOTICE, style: BlockStyle = BlockStyle.TEXT) -> str:
    [block] = words.blocks_of(Outbound(kind, (Block(style, text),)))
    return block.text


@pytest.mark.parametrize(
    ("said", "here"),
    [
        ("/skip takes the next question.", "/interview skip takes the next question."),
        ("Use /hint or /skip.", "Use /interview hint or /interview skip."),
        ("(/stop, /pause, /resume)", "(/interview stop, /interview pause, /interview resume)"),
        ("/status; /repeat.", "/interview status; /interview repeat."),
        ("/interview starts the first.", "/interview start starts the first."),
        ("Write /interview.", "Write /interview start."),
        (
            "as in /interview backend_engineer coach 5",
            "as in /interview start role:backend_engineer mode:coach questions:5",
        ),
        ("/interview: start an interview", "/interview start: start an interview"),
        ("/interview skip and /start stay", "/interview skip and /start stay"),
        ("/interview start baker stays", "/interview start baker stays"),
        ("/report 12, /retry 2, /next, /history <42", "/report number:12, /retry number:2, /next, /history <42"),
        ("/interview data_analyst senior seniority", "/interview start role:data_analyst level:senior seniority"),
        ("/interview starts one: /interview baker", "/interview start starts one: /interview start baker"),
        ("/transcript 7; /settings numbers off.", "/transcript number:7; /settings numbers:off."),
        ("/settings language de, /settings voice both", "/settings language:de, /settings voice:both"),
        ("/settings recordings on. /settings keeps", "/settings recordings:on. /settings keeps"),
        ("/voice on, /voice both or /voice", "/voice mode:on, /voice mode:both or /voice"),
        ("Write /link ABCD-EFGH on your other platform.", "Write /link ABCD-EFGH on your other platform."),
        ("There is no role “a /skip b”. Use /skip.", "There is no role “a /skip b”. Use /interview skip."),
        (
            "/skipping, /stop/it, https://example.org/skip, and/or",
            "/skipping, /stop/it, https://example.org/skip, and/or",
        ),
    ],
)
def test_commands_are_named_as_discord_has_them(said: str, here: str) -> None:
    assert shown(said) == here
    assert shown(here) == here


@pytest.mark.parametrize("kind", list(OutboundKind))
@pytest.mark.parametrize("style", list(BlockStyle))
def test_only_our_own_words_are_changed(kind: OutboundKind, style: BlockStyle) -> None:
    ours = style is not BlockStyle.QUOTE if kind in OWN else style is BlockStyle.SMALL
    if kind is OutboundKind.TRANSCRIPT:
        ours = False
    assert shown("Use /skip.", kind, style) == ("Use /interview skip." if ours else "Use /skip.")


def test_what_the_buttons_do_is_not_told_as_a_command() -> None:
    said = [
        Block(BlockStyle.SMALL, text) for text in ("/history >42 shows newer ones.", "/history 12 shows older ones.")
    ]
    kept = (Block(BlockStyle.ITEM, "12 · 2026-01-01 10:00"), Block(BlockStyle.SMALL, "/report shows the newest."))
    assert words.blocks_of(Outbound(OutboundKind.HISTORY, (*kept, *said))) == kept


@pytest.mark.parametrize(
    ("typed", "argument"),
    [
        ("role:backend_engineer mode:coach questions:5 level: senior", "backend_engineer coach 5 senior"),
        ("number:12", "12"),
        ("numbers:off", "numbers off"),
        ("voice:both", "voice both"),
        ("language: de", "language de"),
        ("recordings:on", "recordings on"),
        ("mode:voice", "voice"),
        ("code:ABCD-EFGH", "ABCD-EFGH"),
        ("numbers off", "numbers off"),
        ("number:", "number:"),
    ],
)
def test_options_may_be_typed_by_name(typed: str, argument: str) -> None:
    assert words.unnamed(typed) == argument


async def test_the_help_names_nothing_that_discord_does_not_know(
    server: DiscordServer, platform: DiscordPlatform, ana: User
) -> None:
    direct = server.world.direct(ana)
    await platform.send(in_chat(direct, ana), pages.help_page(), "k")
    known = known_commands(server)
    named = commands_in("\n".join(message.text for message in direct.messages))
    assert len(named) > 10
    assert not set(named) - known


async def test_no_sentence_of_the_core_names_what_discord_does_not_know(
    server: DiscordServer, platform: DiscordPlatform
) -> None:
    known = known_commands(server)
    named = {name for said in sentences() for name in commands_in(shown(said))}
    assert {"/interview skip", "/interview start", "/report", "/link"} <= named
    assert not named - known


def sentences() -> Iterator[str]:
    """Every text in the code of the core's wording."""
    for file in Path(str(wording.__file__)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def commands_in(text: str) -> list[str]:
    """The commands that a text names, with the group where there is one."""
    return re.findall(r"(?<![\w/}])/(?:interview )?[a-z]+", text)


def known_commands(server: DiscordServer) -> set[str]:
    found: set[str] = set()
    for command in server.commands:
        subs = [option["name"] for option in command["options"] if option["type"] == 1]
        found |= {f"/{command['name']} {sub}" for sub in subs} or {f"/{command['name']}"}
    return found
