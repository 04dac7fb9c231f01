"""Fetches a voice from where Piper's project keeps them: only when the owner asks for it."""

from __future__ import annotations

from pathlib import Path


def fetch(name: str, folder: Path) -> None:
    """Fetch the voice of that name into a folder; blocks. Raises ValueError for a name that is none, and OSError."""
    from piper.download_voices import download_voice  # noqa: PLC0415 - only where it is installed

    download_voice(name, folder, force_redownload=True)  # what is there may have been cut short
