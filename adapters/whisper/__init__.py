"""Listens with Whisper, on the own machine: the network is never turned to."""

from adapters.whisper.model import model_folder
from adapters.whisper.transcriber import WhisperTranscriber

__all__ = ["WhisperTranscriber", "model_folder"]
