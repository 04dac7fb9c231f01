"""How long an effect waits before it is begun, and what need not wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core import engine
from core.effects import AwaitReport, SettleAnswer
from core.events import AnswerSettled

if TYPE_CHECKING:
    from core.effects import Effect
    from core.events import Event
    from core.model import Interview

REPORT_WAIT_S = 10.0
"""How long a report is waited for by whoever has given a self-rating: the project's own promise."""
_LAST_WAITS = 5
"""How many such waits more somebody has who thinks about the self-rating, before the report comes by itself."""


@dataclass(frozen=True, slots=True)
class Waits:
    """The waits in seconds: for the next message of an answer, and for a report."""

    quiet_gap_s: float
    report_wait_s: float = REPORT_WAIT_S

    def seconds(self, effect: Effect) -> float:
        """How long an effect waits, from when it was saved."""
        if isinstance(effect, SettleAnswer):
            return self.quiet_gap_s
        if isinstance(effect, AwaitReport):
            return self.report_wait_s * (_LAST_WAITS if effect.last else 1)
        return 0.0

    def step(self, interview: Interview, event: Event) -> engine.Step:
        """The engine's step, with the one behind it where an answer has no quiet gap. Raises UnexpectedEvent."""
        after, effects = engine.step(interview, event)
        gap = next((one for one in effects if isinstance(one, SettleAnswer)), None)
        if gap is None or self.quiet_gap_s:
            return after, effects
        settled, following = engine.step(after, AnswerSettled(gap.turn, gap.revision, event.at))
        return settled, (*(one for one in effects if one is not gap), *following)
