"""The commands that Discord shows, and when they have to be told to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from core.roles import Role

Give = Callable[[discord.Interaction[Any], str, str], Awaitable[None]]
"""Called with the interaction, the core's name of the command, and its argument."""
Excuse = Callable[[discord.Interaction[Any], BaseException], Awaitable[None]]
"""Called with an interaction and why it failed."""
_Interaction = discord.Interaction[Any]
_Number = Range[int, 1, 1_000_000_000]
_MOST_OFFERED = 25
_DURING = {
    "stop": "End the interview now, with a report on what was answered",
    "pause": "Keep the interview for later",
    "resume": "Go on with the interview",
    "status": "Where the interview stands",
    "skip": "Leave this question out and go to the next",
    "hint": "A hint for this question",
    "repeat": "The question again",
}
_PLAIN = {
    "start": "Who I am, and how to begin",
    "history": "Your interviews",
    "roles": "The jobs I can interview for",
    "help": "What you can say",
    "next": "Coach mode: the next question",
    "unlink": "Part accounts that were joined with a code",
    "forget": "Delete everything I have kept of you",
}
_NUMBERED = {
    "report": ("Your latest report, or that of an earlier interview", "The interview's number in your history"),
    "transcript": ("All that was said in an interview", "The interview's number in your history"),
    "retry": ("Try a question again, after its feedback or after the report", "The question's number"),
    "disagree": ("After the report: have an answer assessed again", "The question's number"),
    "stronger": ("After the report: your own answer made stronger", "The question's number"),
}
_KEPT = ("name", "description", "type", "required", "autocomplete", "min_value", "max_value", "value")


class State(Enum):
    """How the commands that Discord shows stand to those there are."""

    CURRENT = "current"
    EARLIER = "earlier"
    NONE = "none"


class Commands(app_commands.CommandTree[discord.Client]):
    """Every command leads to `give`."""

    def __init__(self, client: discord.Client, roles: Sequence[Role], give: Give, excuse: Excuse) -> None:
        super().__init__(
            client,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        )
        self._excuse = excuse
        self.add_command(_interview(roles, give))
        for name, meaning in _PLAIN.items():
            self.add_command(_plain(name, meaning, give))
        for name, (meaning, number) in _NUMBERED.items():
            self.add_command(_numbered(name, meaning, number, give))
        self.add_command(_settings(give))
        self.add_command(_voice(give))
        self.add_command(_link(give))

    async def on_error(self, interaction: _Interaction, error: app_commands.AppCommandError, /) -> None:
        await self._excuse(interaction, error.__cause__ or error)

    async def state(self) -> State:
        """Whether Discord knows the commands as they are now."""
        known = [_essence(command.to_dict()) for command in await self.fetch_commands()]
        wanted = [_essence(command.to_dict(self)) for command in self.get_commands()]
        if sorted(known, key=repr) == sorted(wanted, key=repr):
            return State.CURRENT
        return State.EARLIER if known else State.NONE

    async def sync_if_changed(self) -> bool:
        """Tell Discord the commands unless it knows them. Whether they were told."""
        if await self.state() is State.CURRENT:
            return False
        await self.sync()
        return True


def _essence(payload: Any) -> dict[str, Any]:
    """What tells commands apart, however much else one of the two descriptions says."""
    kept = {name: payload[name] for name in _KEPT if payload.get(name) not in (None, False)}
    for name in ("options", "choices"):
        kept[name] = [_essence(one) for one in payload.get(name) or ()]
    for name in ("contexts", "integration_types"):
        kept[name] = bool(payload.get(name))  # discord.py 2.7 reads the numbers in them one too low
    return kept


def _interview(roles: Sequence[Role], give: Give) -> app_commands.Group:
    group = app_commands.Group(name="interview", description="A practice interview")
    for name, meaning in _DURING.items():
        group.add_command(_plain(name, meaning, give))

    async def offered(_: _Interaction, typed: str) -> list[Choice[str]]:
        return matching(roles, typed)

    @group.command(name="start", description="Start a practice interview")
    @app_commands.describe(
        role="The job to practise for",
        mode="mock: silent until the report; coach: feedback after each question",
        questions="How many questions, 5 if you do not say",
        level="The level of the job, mid if you do not say",
    )
    @app_commands.choices(mode=_choices("mock", "coach"), level=_choices("junior", "mid", "senior"))
    @app_commands.choices(questions=_choices("3", "5", "all"))
    @app_commands.autocomplete(role=offered)
    async def start(
        interaction: _Interaction,
        role: Range[str, 1, 100] | None = None,
        mode: Choice[str] | None = None,
        questions: Choice[str] | None = None,
        level: Choice[str] | None = None,
    ) -> None:
        said = [role or "", *(one.value for one in (mode, questions, level) if one)]
        await give(interaction, "interview", " ".join(filter(None, said)))

    return group


def matching(roles: Sequence[Role], typed: str) -> list[Choice[str]]:
    """The roles whose name holds what was typed so far."""
    sought = typed.casefold().strip()
    found = (role for role in roles if sought in role.title.casefold() or sought in role.id)
    return [Choice(name=role.title[:100], value=role.id) for role in found][:_MOST_OFFERED]


def _plain(name: str, meaning: str, give: Give) -> app_commands.Command[Any, ..., None]:
    async def plain(interaction: _Interaction) -> None:
        await give(interaction, name, "")

    return app_commands.Command(name=name, description=meaning, callback=plain)


def _numbered(name: str, meaning: str, number_meaning: str, give: Give) -> app_commands.Command[Any, ..., None]:
    @app_commands.describe(number=number_meaning)
    async def numbered(interaction: _Interaction, number: _Number | None = None) -> None:
        await give(interaction, name, "" if number is None else str(number))

    return app_commands.Command(name=name, description=meaning, callback=numbered)


def _settings(give: Give) -> app_commands.Command[Any, ..., None]:
    @app_commands.describe(
        numbers="Whether feedback shows levels and means, or words only",
        voice="How questions come",
        language="What your voice notes are in: two letters, as in de, or auto",
        recordings="Whether the sound of your voice notes is kept",
    )
    @app_commands.choices(numbers=_choices("on", "off"), recordings=_choices("on", "off"))
    @app_commands.choices(voice=_choices("text", "voice", "both"))
    async def settings(
        interaction: _Interaction,
        numbers: Choice[str] | None = None,
        voice: Choice[str] | None = None,
        language: Range[str, 2, 4] | None = None,
        recordings: Choice[str] | None = None,
    ) -> None:
        chosen = {"numbers": numbers, "voice": voice, "recordings": recordings}
        said = [f"{name} {one.value}" for name, one in chosen.items() if one]
        said += [f"language {language}"] if language else []
        await give(interaction, "settings", said[0] if said else "")

    meaning = "What you have set; one thing can be changed at a time"
    return app_commands.Command(name="settings", description=meaning, callback=settings)


def _voice(give: Give) -> app_commands.Command[Any, ..., None]:
    @app_commands.describe(mode="on and voice: as voice messages with their text; both: as text, then as voice")
    @app_commands.choices(mode=_choices("on", "off", "text", "voice", "both"))
    async def voice(interaction: _Interaction, mode: Choice[str] | None = None) -> None:
        await give(interaction, "voice", mode.value if mode else "")

    return app_commands.Command(
        name="voice", description="How questions come: as text, spoken, or both", callback=voice
    )


def _link(give: Give) -> app_commands.Command[Any, ..., None]:
    @app_commands.describe(code="The code that I gave you on the other platform; none makes a new one")
    async def link(interaction: _Interaction, code: Range[str, 1, 100] | None = None) -> None:
        await give(interaction, "link", code or "")

    meaning = "Join your accounts on two platforms, with one history"
    return app_commands.Command(name="link", description=meaning, callback=link)


def _choices(*values: str) -> list[Choice[str]]:
    return [Choice(name=value, value=value) for value in values]
