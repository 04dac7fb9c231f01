"""What can go wrong with Ollama, in one sentence for the owner each: no credentials, no word of a candidate."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from core.ports import LanguageModelError, ModelMissingError, ModelUnavailableError

_LONGEST_REASON = 200
_MAY_BE_OVER_SOON = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE}
_LOCKED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


class PassingError(ModelUnavailableError):
    """A failure before the first token that may be over in a moment: asking again can help."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server is, and the failures there."""

    url: str
    host: str
    port: int

    @classmethod
    def of(cls, base_url: str) -> Address:
        """The address without the credentials that it may hold."""
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        shown = f"[{host}]" if ":" in host else host
        return cls(f"{parts.scheme}://{shown}:{port}{parts.path.rstrip('/')}", host, port)

    @property
    def has_certificate(self) -> bool:
        return self.url.startswith("https:")

    def refused(self) -> PassingError:
        return PassingError(f"Nothing answers at {self.url}: start Ollama there, or set OLLAMA_BASE_URL.")

    def unknown(self) -> ModelUnavailableError:
        return ModelUnavailableError(f"There is no way to {self.url}: check OLLAMA_BASE_URL and the network.")

    def unreachable(self, seconds: float) -> ModelUnavailableError:
        return ModelUnavailableError(f"{self.url} could not be reached within {seconds:g} s.")

    def silent(self, seconds: float) -> ModelUnavailableError:
        return ModelUnavailableError(f"Ollama at {self.url} said nothing for {seconds:g} s.")

    def slow(self, seconds: float) -> ModelUnavailableError:
        return ModelUnavailableError(f"Ollama at {self.url} did not finish a reply within {seconds:g} s.")

    def broken_off(self, *, begun: bool) -> ModelUnavailableError:
        kind = ModelUnavailableError if begun else PassingError
        return kind(f"The connection to Ollama at {self.url} broke off.")

    def foreign(self) -> ModelUnavailableError:
        return ModelUnavailableError(f"What answers at {self.url} does not speak as Ollama does.")

    def other_model(self, model: str) -> ModelUnavailableError:
        return ModelUnavailableError(f"What answers at {self.url} replied with another model than {model}.")

    def closed(self) -> ModelUnavailableError:
        return ModelUnavailableError(f"The connection to Ollama at {self.url} has been closed.")

    def failed(self, reason: str) -> ModelUnavailableError:
        return ModelUnavailableError(f"Ollama at {self.url} failed in the middle of a reply{_because(reason)}.")

    def missing(self, model: str) -> ModelMissingError:
        return ModelMissingError(f"Ollama at {self.url} has no model {model}: run `ollama pull {model}`.")

    def answered(self, status: int, reason: str) -> LanguageModelError:
        """The failure behind an HTTP status, as far as it is not about the model's name."""
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            return ModelUnavailableError(
                f"{self.url} sends elsewhere, which is not followed: set OLLAMA_BASE_URL to the place itself."
            )
        if status in _LOCKED:
            return ModelUnavailableError(f"{self.url} lets nobody in without a key (HTTP {status}); none is ever sent.")
        kind = PassingError if status in _MAY_BE_OVER_SOON else ModelUnavailableError
        return kind(f"Ollama at {self.url} failed with HTTP {status}{_because(reason)}.")


def _because(reason: str) -> str:
    said = re.sub(r"[^\x20-\x7e]+", " ", reason).strip(" .")[:_LONGEST_REASON]
    return f": {said}" if said else ""
