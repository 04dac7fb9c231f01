"""Fetches the models for voice: the only part of the program that fetches anything."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from shutil import rmtree
from threading import Thread

from rich.console import Console
from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TransferSpeedColumn

from adapters.piper.fetching import fetch as fetch_voice
from adapters.whisper.fetching import fetch as fetch_model
from bot.settings import Settings, VoiceChoice
from bot.voice import NOT_INSTALLED, absent, is_installed, is_own_path, piper_voices, whisper_folder

_POLL_S = 0.3
_SOURCE = "huggingface.co"
_AGAIN = "Is the name right, and that place within reach? The README says where files go that are fetched by hand."


class SetupError(Exception):
    """A model could not be fetched; the message is one sentence for the owner."""


def set_up(settings: Settings) -> None:
    """Fetch the models that the settings name and that are not there. Raises SetupError."""
    if not is_installed():
        raise SetupError(NOT_INSTALLED)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    failures = [failure for bring in (_bring_model, *_bring_voices(settings)) if (failure := _failure(bring, settings))]
    if failures:
        raise SetupError("\n".join(failures))
    used = "VOICE is off, so it is not used" if settings.voice is VoiceChoice.OFF else "`interview-bot doctor` tries it"
    _tell(f"Voice is set up. {used}.")


def _failure(bring: Callable[[Settings], None], settings: Settings) -> str:
    """Why a model could not be brought, "" when it is there: one that fails does not keep the next."""
    try:
        bring(settings)
    except SetupError as error:
        return str(error)
    return ""


def _bring_model(settings: Settings) -> None:
    model = settings.whisper_model
    _bring(f"Whisper {model}", whisper_folder(settings), model, partial(_whisper, settings.models / "whisper", model))
    if whisper_folder(settings) is None:
        raise SetupError(f"What was fetched as {model} is no model for faster-whisper: choose another WHISPER_MODEL.")


def _bring_voices(settings: Settings) -> list[Callable[[Settings], None]]:
    return [partial(_bring_voice, name.strip()) for name in settings.piper_voice.split(",")]


def _bring_voice(name: str, settings: Settings) -> None:
    there = next(iter(piper_voices(settings.model_copy(update={"piper_voice": name}))), None)
    _bring(f"Piper {name}", there, name, partial(_piper, settings.models / "piper", name))


def _bring(what: str, there: Path | None, name: str, fetch: Callable[[], None]) -> None:
    if there:
        _tell(f"{what} is there: {there}")
    elif is_own_path(name):
        raise SetupError(absent(what, name))
    else:
        fetch()


def _whisper(folder: Path, name: str) -> None:
    part = folder / f".{name.replace('/', '--')}"
    _fetch(f"Whisper {name}", part, partial(fetch_model, name, part))
    rmtree(part / ".cache", ignore_errors=True)
    rmtree(folder / name, ignore_errors=True)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    part.replace(folder / name)


def _piper(folder: Path, name: str) -> None:
    part = folder / f".{name}"
    _fetch(f"Piper {name}", part, partial(fetch_voice, name, part))
    for file in sorted(part.iterdir(), key=_is_model):
        file.replace(folder / file.name)
    rmtree(part, ignore_errors=True)


def _is_model(file: Path) -> bool:
    """The model comes last: where it is, all is there."""
    return file.suffix == ".onnx"


def _fetch(what: str, part: Path, fetch: Callable[[], None]) -> None:
    """Fetch into a folder beside the place, as what is half there must not be taken for a model. Raises SetupError."""
    failures: list[BaseException] = []
    part.mkdir(parents=True, exist_ok=True)
    fetching = Thread(target=_collecting, args=(fetch, failures), daemon=True)
    columns = (SpinnerColumn(), TextColumn(what), DownloadColumn(), TransferSpeedColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        shown = progress.add_task(what, total=None)
        fetching.start()
        while fetching.is_alive():
            fetching.join(_POLL_S)
            progress.update(shown, completed=_size(part))
    if failures:
        failure = failures[0]
        reason = f"{failure}".partition("\n")[0] if isinstance(failure, ValueError) else type(failure).__name__
        if not _size(part):
            rmtree(part, ignore_errors=True)
        raise SetupError(f"{what} could not be fetched from {_SOURCE} ({reason}). {_AGAIN}")
    _tell(f"{what} is fetched.")


def _collecting(fetch: Callable[[], None], failures: list[BaseException]) -> None:
    try:
        fetch()
    except BaseException as error:  # noqa: BLE001 - told by who waits for it
        failures.append(error)


def _size(folder: Path) -> int:
    """How many bytes are there by now; files come and go meanwhile."""
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_size if file.is_file() else 0
        except OSError:
            continue
    return total


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201 - a word to the owner
