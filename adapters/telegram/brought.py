"""Where Telegram brings updates itself, where an owner has set that up."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram brings updates: the public address, where to listen for what a proxy passes on, the secret."""

    url: str
    port: int
    secret: str = field(repr=False)
    host: str = "127.0.0.1"

    @property
    def path(self) -> str:
        return urlsplit(self.url).path or "/"
