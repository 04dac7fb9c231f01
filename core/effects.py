"""What is to be done after a step, in the imperative. Turns are named by their index in the interview."""

from __future__ import annotations

from dataclasses import dataclass

from core.messages import Outbound  # noqa: TC001 - needed at run time where values are read back from JSON


@dataclass(frozen=True, slots=True)
class Send:
    """Send a message to the candidate."""

    message: Outbound


@dataclass(frozen=True, slots=True)
class SettleAnswer:
    """Wait for the quiet gap, then report that the answer has settled."""

    turn: int
    revision: int


@dataclass(frozen=True, slots=True)
class ConsiderAnswer:
    """Ask the interviewer what to make of the answer."""

    turn: int
    revision: int


@dataclass(frozen=True, slots=True)
class AssessAnswer:
    """Ask the interviewer to assess the answer."""

    turn: int


@dataclass(frozen=True, slots=True)
class StrengthenAnswer:
    """Ask the interviewer for a stronger version of the answer."""

    turn: int


@dataclass(frozen=True, slots=True)
class AwaitReport:
    """Wait for the last assessments and the self-rating, then report that the report is due."""

    last: bool = False


Effect = Send | SettleAnswer | ConsiderAnswer | AssessAnswer | StrengthenAnswer | AwaitReport
