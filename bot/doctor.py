"""Looks at each part and says whether it is ok, off or broken, and what to do."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from adapters.database.inspection import inspect
from adapters.roles import load_roles
from bot.findings import Finding
from bot.model_check import CONTEXT, examine_model
from bot.platform_check import examine_platforms
from bot.settings import BadSettingError, Settings, load_settings
from bot.voice_check import examine_voice
from bot.watching import UnusablePortError
from core.ports import StoreError, StoreInUseError
from core.wording.pieces import count

MIN_FREE_MEGABYTES = 100
_NOT_YET = "not there yet: the first start makes it"
_COLOURS = {"ok": "green", "off": "dim", "broken": "red"}


async def examine() -> list[Finding]:
    """Look at every part and change nothing."""
    try:
        settings = load_settings()
    except BadSettingError as error:
        return [Finding("settings", "broken", str(error), "Correct that setting and run doctor again.")]
    model = await examine_model(settings)
    return [
        Finding("settings", "ok", f"data in {settings.data_dir}"),
        _data_folder(settings),
        _database(settings),
        _roles(settings),
        _interviewer(settings, model),
        await _metrics(settings),
        *model,
        *await examine_platforms(settings),
        *await examine_voice(settings),
    ]


def show(findings: Iterable[Finding], *, as_json: bool) -> None:
    """Print the findings as a table, or as one JSON list."""
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))  # noqa: T201 - what was asked for
        return
    table = Table("Part", "State", "What was found")
    for finding in findings:
        detail = f"{finding.detail} {finding.advice}".strip()
        table.add_row(finding.part, f"[{_COLOURS[finding.state]}]{finding.state}[/]", detail.replace("[", r"\["))
    Console(highlight=False).print(table)


def _data_folder(settings: Settings) -> Finding:
    folder = settings.data_dir
    try:
        there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
        with tempfile.TemporaryFile(dir=there):
            free = shutil.disk_usage(there).free // 1_000_000
    except OSError as error:
        return Finding("data folder", "broken", f"{folder}: {error.strerror}.", "Make it writable, or set DATA_DIR.")
    if free < MIN_FREE_MEGABYTES:
        return Finding("data folder", "broken", f"{folder}: {free} MB free.", "Make room, or set DATA_DIR.")
    missing = "" if folder.exists() else f", {_NOT_YET}"
    return Finding("data folder", "ok", f"{folder}, {free:,} MB free{missing}")


def _database(settings: Settings) -> Finding:
    try:
        found = inspect(settings.database)
    except StoreInUseError:
        return Finding("database", "ok", "in use by another process, which brought it up to date when it started")
    except StoreError as error:
        return Finding("database", "broken", str(error))
    on = f" on the PostgreSQL server {found.server}" if found.server else ""
    if not found.exists:
        return Finding("database", "ok", f"empty{on}: the first start makes the tables" if on else _NOT_YET)
    if found.waiting:
        backup = "make a backup before" if on else "after a backup"
        waits = f"waits for {count(len(found.waiting), 'migration')}{on}: the next start brings it up to date, {backup}"
        return Finding("database", "ok", waits)
    return Finding("database", "ok", f"up to date{on}")


def _roles(settings: Settings) -> Finding:
    found = load_roles(settings.role_folders)
    if found.mistakes:
        detail = f"{found.mistakes[0]} ({count(len(found.mistakes), 'mistake')} in all)."
        return Finding("roles", "broken", detail, "`interview-bot roles check` names them all.")
    return Finding("roles", "ok", ", ".join(found.roles))


async def _metrics(settings: Settings) -> Finding:
    if not settings.metrics_port:
        return Finding("metrics", "off", "METRICS_PORT is not set")
    from bot.health import try_to_listen  # noqa: PLC0415 - only where somebody watches

    try:
        answered = await try_to_listen(settings)
    except UnusablePortError as error:
        return Finding("metrics", "broken", str(error))
    already = ": a bot answers there already, and each process needs a port of its own" if answered else ""
    return Finding("metrics", "ok", f"{settings.metrics_host}, port {settings.metrics_port}{already}")


def _interviewer(settings: Settings, model: Sequence[Finding]) -> Finding:
    if all(finding.state == "off" for finding in model):
        return Finding("interviewer", "ok", "by rules, without a language model")
    broken = {finding.part for finding in model if finding.state == "broken"}
    if broken == {CONTEXT}:
        return Finding(
            "interviewer", "ok", f"with {settings.ollama_model}, which is asked, but not as set: see {CONTEXT}"
        )
    if broken:
        return Finding("interviewer", "ok", "by rules, until the language model can be asked")
    return Finding("interviewer", "ok", f"with {settings.ollama_model}; by rules while it cannot be asked")
