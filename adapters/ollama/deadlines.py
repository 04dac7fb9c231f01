"""How long each part of a call may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadlines:
    """In seconds.

    `connect_s` to reach the server; `plain_s` for what it answers without a model; `first_token_s` for the first token
    (loading the model counts) and between two tokens; `total_s` for a whole completion, retries included.
    """

    connect_s: float = 3.0
    plain_s: float = 10.0
    first_token_s: float = 60.0
    total_s: float = 180.0
