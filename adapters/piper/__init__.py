"""Speaks with Piper, on the own machine: the network is never turned to."""

from adapters.piper.synthesizer import PiperSynthesizer
from adapters.piper.voices import voice_files
from adapters.piper.wording import sentences, speakable

__all__ = ["PiperSynthesizer", "sentences", "speakable", "voice_files"]
