"""Fetches the models for voice: the only part of the program that fetches anything."""

from __future__ import annotations

import logging
import re
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
from bot.settings import Settings
from bot.voice import NOT_INSTALLED, is_installed, piper_voices, whisper_folder

_POLL_S = 0.3
_OWN_PATH = re.compile(r"[~/.]|.*\.onnx$|.*\\")
"""What names a file or folder of the owner's, and so is not fetched."""


class SetupError(Exception):
    """A model could not be fetched; the message is one sentence for the owner."""


def set_up(settings: Settings) -> None:
    """Fetch the models that the settings name and that are not there. Raises SetupError."""
    if not is_installed():
        raise SetupError(NOT_INSTALLED)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    model = settings.whisper_model
    fetch = partial(_whisper, settings.models / "whisper", model)
    _bring(f"Whisper {model}", whisper_folder(settings), model, fetch)
    for voice in (name.strip() for name in settings.piper_voice.split(",")):
        there = next(iter(piper_voices(settings.model_copy(update={"piper_voice": voice}))), None)
        _bring(f"Piper {voice}", there, voice, partial(_piper, settings.models / "piper", voice))
    if whisper_folder(settings) is None:
        raise SetupError(f"What was fetched as {model} is no model for faster-whisper: choose another WHISPER_MODEL.")
    _tell("Voice is set up. `interview-bot doctor` tries it.")


def _bring(what: str, there: Path | None, name: str, fetch: Callable[[], None]) -> None:
    if there:
        _tell(f"{what} is there: {there}")
    elif _OWN_PATH.match(name):
        raise SetupError(f"{name} is not there, or not complete: give the path of a model, or its name to fetch it.")
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
    with Progress(*columns, console=Console(stderr=True)) as progress:
        shown = progress.add_task(what, total=None)
        fetching.start()
        while fetching.is_alive():
            fetching.join(_POLL_S)
            progress.update(shown, completed=_size(part))
    if failures:
        failure = failures[0]
        reason = f"{failure}".partition("\n")[0] if isinstance(failure, ValueError) else type(failure).__name__
        again = "Is the name right and the machine online? The same command tries it again."
        raise SetupError(f"{what} could not be fetched ({reason}). {again}")
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
