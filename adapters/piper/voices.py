"""Where the voices lie, which of them speaks a language, and loading them."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.ports import SynthesizerError

if TYPE_CHECKING:
    from piper import PiperVoice

_PLAIN = {"espeak", "text"}  # the other kinds of voices fetch dictionaries from the network, or need more libraries


def voice_files(names: Sequence[str], models_dir: Path) -> list[Path]:
    """The voices that are there of some that are named, by name or by their .onnx file, in the same order."""
    found = (_file(name.strip(), models_dir) for name in names if name.strip())
    return [file for file in found if file is not None]


def chosen(voices: Sequence[Path], language: str) -> Path:
    """The first voice that speaks a language, else the first. Raises SynthesizerError when there is none at all."""
    if not voices:
        raise SynthesizerError("There is no Piper voice.")
    return next((voice for voice in voices if language and _speaks(voice, language)), voices[0])


def load(file: Path) -> PiperVoice:
    """The voice in a file; blocks. Raises SynthesizerError."""
    try:
        _check_kind(file)
        import onnxruntime  # noqa: PLC0415 - it takes a moment, and not everybody has it
        from piper import PiperVoice  # noqa: PLC0415 - the same

        onnxruntime.set_default_logger_severity(3)  # errors only: how a voice could be made smaller is no news
        logging.getLogger("piper").setLevel(logging.INFO)  # below that it writes down what it speaks
        return PiperVoice.load(file)
    except ImportError:
        raise SynthesizerError("The libraries for voice are not installed.") from None
    except SynthesizerError:
        raise
    except Exception as error:  # noqa: BLE001 - what the libraries raise about a damaged voice is not told by them
        raise SynthesizerError(f"The Piper voice {file} cannot be loaded ({type(error).__name__}).") from None


def _file(name: str, models_dir: Path) -> Path | None:
    """The voice of that name; what cannot be looked at is none. A path raises for some of that, and these do not."""
    for file in (Path(os.path.expanduser(name)), models_dir / "piper" / f"{name}.onnx"):  # noqa: PTH111
        if file.suffix == ".onnx" and os.path.isfile(file) and os.path.isfile(_beside(file)):  # noqa: PTH113
            return file
    return None


def _check_kind(voice: Path) -> None:
    kind = str(_settings(voice).get("phoneme_type", "espeak"))
    if kind not in _PLAIN:
        raise SynthesizerError(f"The Piper voice {voice} is of a kind that cannot be used here ({kind}).")


def _speaks(voice: Path, language: str) -> bool:
    wanted = language.lower().replace("-", "_")
    names = (name.lower().replace("-", "_") for name in (_code(voice), voice.name))
    return any(name == wanted or name.startswith(f"{wanted}_") for name in names)


def _code(voice: Path) -> str:
    try:
        return str(_settings(voice)["language"]["code"])
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def _settings(voice: Path) -> dict[str, dict[str, object]]:
    settings: dict[str, dict[str, object]] = json.loads(_beside(voice).read_bytes())
    return settings


def _beside(voice: Path) -> Path:
    return voice.with_name(f"{voice.name}.json")
