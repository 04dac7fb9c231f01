"""Has graded answers graded again by an interviewer, one after the other, and keeps everything that came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic

from bot.graded import GradedAnswer
from core.model import Assessment, Turn
from core.ports import LanguageModelError, ModelMissingError, ModelUnavailableError, UnusableRepliesError
from core.roles import Role

MAX_FAILURES_IN_A_ROW = 10
"""So many answers that fail one after the other are no chance: the rest would fail too."""
MAX_UNREACHED_IN_A_ROW = 3
"""The same where the server cannot be reached or takes too long, which costs more time and tells nothing."""


@dataclass(frozen=True, slots=True)
class Grading:
    """One grading of one answer: the assessment, what it took, and how much of it could be used.

    `decided` says that code decided before any model was asked.
    """

    assessment: Assessment
    decided: bool = False
    quotes_claimed: int = 0
    quotes_real: int = 0
    replies: int = 0
    invalid_replies: int = 0
    seconds: float = 0.0


Grade = Callable[[Role, Turn], Awaitable[Grading]]


@dataclass(slots=True)
class Measuring:
    """The gradings of every answer, in the order of the answers; several each when all is `repeat`ed.

    `failures` counts what went wrong by its sentence, `unusable` the answers for which no reply was of use; `stopped`
    says that the rest was not tried.
    """

    answers: Sequence[GradedAnswer]
    repeat: int
    gradings: list[list[Grading]] = field(init=False)
    failures: Counter[str] = field(default_factory=Counter)
    unusable: int = 0
    stopped: bool = False

    def __post_init__(self) -> None:
        self.gradings = [[] for _ in self.answers]

    @property
    def wanted(self) -> int:
        """How many gradings a whole measurement has."""
        return len(self.answers) * self.repeat

    @property
    def graded(self) -> int:
        """How many gradings there are."""
        return sum(map(len, self.gradings))

    @property
    def shows_something(self) -> bool:
        """Whether anything tells about who was measured: what code decides would look perfect by itself."""
        decided = [grading.decided for some in self.gradings for grading in some]
        return not all(decided) or (bool(decided) and self.is_whole)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return self.graded == self.wanted

    async def measure(self, grade: Grade, advance: Callable[[], None]) -> None:
        """Grade all answers, then all again. Ended in between, what was graded so far is there."""
        in_a_row: list[LanguageModelError] = []
        for _ in range(self.repeat):
            for answer, gradings in zip(self.answers, self.gradings, strict=True):
                try:
                    gradings.append(await _timed(grade, answer))
                    if not gradings[-1].decided:
                        in_a_row.clear()
                except LanguageModelError as error:
                    in_a_row.append(error)
                    self.unusable += isinstance(error, UnusableRepliesError)
                    if _is_hopeless(in_a_row):
                        self.give_up(error)
                        return
                    self.failures[str(error)] += 1
                advance()

    def give_up(self, error: LanguageModelError) -> None:
        """Note what the rest is not tried for."""
        self.failures[str(error)] += 1
        self.stopped = True


def _is_hopeless(in_a_row: Sequence[LanguageModelError]) -> bool:
    """Whether what failed one after the other lets nothing be hoped of the rest."""
    unreached = [error for error in in_a_row[-MAX_UNREACHED_IN_A_ROW:] if isinstance(error, ModelUnavailableError)]
    return (
        isinstance(in_a_row[-1], ModelMissingError)
        or len(unreached) == MAX_UNREACHED_IN_A_ROW
        or len(in_a_row) == MAX_FAILURES_IN_A_ROW
    )


async def _timed(grade: Grade, answer: GradedAnswer) -> Grading:
    begun = monotonic()
    grading = await grade(answer.role, answer.turn)
    return replace(grading, seconds=monotonic() - begun)
