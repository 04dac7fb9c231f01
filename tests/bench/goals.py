"""What is measured, what it should come to, and what it must."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure: its name on the command line, what it is, how it is measured, and its two limits.

    `more` says that more is better; `worst` that the worst round counts and not the median.
    """

    name: str
    figure: str
    how: str
    goal: float
    gate: float
    unit: str = "x"
    more: bool = False
    worst: bool = False


GOALS = (
    Goal("turn", "Turn overhead, model 0 ms, one candidate", "p50 over that of stream, write and read", 1.5, 2.5),
    Goal("sent", "Message sent minus the model's last token", "p50, platform at 0 ms", 10, 25, "ms"),
    Goal("many", "200 candidates, model 200 ms, one process", "turns/s of the floor's", 60, 40, "%", more=True),
    Goal("scaling", "Scaling, model 200 ms", "turns/s at 50 candidates over 1", 25, 20, more=True),
    Goal(
        "stall", "Worst stall of the loop, 200 candidates", "beat of 10 ms, speech, charts", 50, 100, "ms", worst=True
    ),
    Goal("write", "Turn write, SQLite", "p50 over that of aiosqlite in one hop", 6, 12),
    Goal("job", "Turn write with its job, PostgreSQL, 50 at once", "turns/s of psycopg's", 60, 40, "%", more=True),
    Goal("workers", "3 workers over 1, PostgreSQL", "turns/s, 200 candidates, 20 calls each", 2.7, 2.2, more=True),
    Goal("pages", "History page and transcript at 1 M messages", "over those at 1 k, plan checked", 1.1, 1.2),
    Goal("memory", "Memory for each open idle interview", "RSS over interviews", 0.5, 1, "kB"),
    Goal("idle", "Idle memory, one platform, no voice", "RSS of the process", 80, 95, "MB"),
    Goal("cold", "Cold start to ready", "over importing the same libraries", 1.2, 1.5),
    Goal("start", "Start with 10,000 open and 1,000 pending", "over an empty start", 1, 3, "s"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure, round by round. `ours` and `floor` are what it was reckoned from, in words; `note` what to know of it.

    Without values it was not measured, and the note says why.
    """

    goal: Goal
    values: tuple[float, ...] = ()
    ours: str = ""
    floor: str = ""
    note: str = ""

    @property
    def value(self) -> float | None:
        """The median of the rounds, or the worst of them where that counts."""
        if not self.values:
            return None
        ordered = sorted(self.values)
        if self.goal.worst:
            return ordered[0] if self.goal.more else ordered[-1]
        middle = len(ordered) // 2
        return (ordered[middle] + ordered[-1 - middle]) / 2

    @property
    def spread(self) -> float:
        """How far apart the rounds are: the middle half of them where there are enough."""
        ordered, cut = sorted(self.values), len(self.values) // 4
        return ordered[-1 - cut] - ordered[cut] if ordered else 0.0

    @property
    def verdict(self) -> str:
        """`goal`, `gate` where only that is met, `missed`, or `not measured`."""
        value = self.value
        if value is None:
            return "not measured"
        if self._meets(value, self.goal.goal):
            return "goal"
        return "gate" if self._meets(value, self.goal.gate) else "missed"

    def _meets(self, value: float, limit: float) -> bool:
        return value >= limit if self.goal.more else value <= limit


def goal(name: str) -> Goal:
    """The goal of that name."""
    return next(one for one in GOALS if one.name == name)


def is_missed(measured: list[Measured]) -> bool:
    """Whether a gate is missed; what was not measured misses none, and passes none."""
    return any(one.verdict == "missed" for one in measured)
