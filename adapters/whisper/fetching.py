"""Fetches a model from the Hugging Face Hub: only when the owner asks for it."""

from __future__ import annotations

import os
import warnings
from pathlib import Path


def fetch(name: str, folder: Path) -> None:
    """Fetch the model of that name into a folder, and go on where an earlier try stopped; blocks.

    Raises ValueError for a name that is none, and what the library raises.
    """
    os.environ |= {"HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_TELEMETRY": "1"}  # read when it is imported
    from faster_whisper import download_model  # noqa: PLC0415 - only where it is installed

    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "The `local_dir_use_symlinks` argument"
        )  # that is between those two libraries
        download_model(name, output_dir=str(folder))
