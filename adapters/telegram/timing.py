"""How long things may take, in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """`poll_s`: how long Telegram holds an empty poll; `send_s`: one message, with all waiting for rate limits.

    `fetch_s`: one sound, from asking for it to its last byte. All of them are our own choice.
    `message_s`: from one message in a chat to the next, when there have been many.
    """

    poll_s: int = 30
    read_s: float = 10.0
    connect_s: float = 10.0
    send_s: float = 60.0
    fetch_s: float = 60.0
    message_s: float = 1.0
    first_pause_s: float = 0.5
    longest_pause_s: float = 60.0


DEFAULT = Timing()


class Backoff:
    """Pauses between attempts: each twice as long as the one before, up to a limit."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._next = timing.first_pause_s

    def pause(self) -> float:
        pause, self._next = self._next, min(2 * self._next, self._timing.longest_pause_s)
        return pause

    def reset(self) -> None:
        self._next = self._timing.first_pause_s
