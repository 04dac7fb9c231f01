"""Completes prompts with Ollama. Importing this imports neither the `ollama` package nor httpx: see `opening`."""

from adapters.ollama.answers import Inspection
from adapters.ollama.deadlines import Deadlines
from adapters.ollama.model import OllamaModel

__all__ = ["Deadlines", "Inspection", "OllamaModel"]
