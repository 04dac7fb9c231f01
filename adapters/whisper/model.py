"""Where a Whisper model lies, and loading it from there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from core.ports import TranscriberUnavailableError

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

_NEEDED = ("model.bin", "config.json", "tokenizer.json")  # without the last, faster-whisper would look for it elsewhere
_VOCABULARIES = ("vocabulary.json", "vocabulary.txt")


def model_folder(model: str | Path, models_dir: Path) -> Path | None:
    """Where a usable model is, which is named by its folder or by its name among the models; None without one."""
    folders = (Path(os.path.expanduser(model)), models_dir / "whisper" / model)  # noqa: PTH111 - see _is_file
    return next((folder for folder in folders if _usable(folder)), None)


def load(folder: Path, *, device: str, compute_type: str, threads: int, parallel: int) -> WhisperModel:
    """The model in a folder; blocks. Raises TranscriberUnavailableError."""
    if not _usable(folder):
        raise TranscriberUnavailableError(f"There is no whole Whisper model in {folder}.")
    os.environ["HF_HUB_OFFLINE"] = "1"  # read when the library is imported: what it misses, it must not fetch
    try:
        from faster_whisper import WhisperModel  # noqa: PLC0415 - it takes half a second, and not everybody has it

        return WhisperModel(
            str(folder),
            device=device,
            compute_type=compute_type,
            cpu_threads=threads,
            num_workers=parallel,
            local_files_only=True,
        )
    except ImportError:
        raise TranscriberUnavailableError("The libraries for voice are not installed.") from None
    except Exception as error:  # noqa: BLE001 - what the libraries raise about a damaged model is not told by them
        kind = type(error).__name__
        raise TranscriberUnavailableError(f"The Whisper model in {folder} cannot be loaded ({kind}).") from None


def _usable(folder: Path) -> bool:
    has_all = all(_is_file(folder / name) for name in _NEEDED)
    return has_all and any(_is_file(folder / name) for name in _VOCABULARIES)


def _is_file(path: Path) -> bool:
    """Whether a file is there; what cannot be looked at is not. A path raises for some of that, and these do not."""
    return os.path.isfile(path)  # noqa: PTH113
