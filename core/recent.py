"""A bounded memory of what happened lately, for as long as the process lives."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

MOST = 10_000
Key = TypeVar("Key")
Value = TypeVar("Value")
Parameters = ParamSpec("Parameters")
_forgetting: list[Callable[[], None]] = []


def kept(most: int) -> Callable[[Callable[Parameters, Value]], Callable[Parameters, Value]]:
    """Keep what a function has made of what candidates said, for so many of its latest arguments, as `lru_cache` does.

    `forget_said` forgets it, at the wish of any of them and every so often.
    """

    def keep(function: Callable[Parameters, Value]) -> Callable[Parameters, Value]:
        keeping = lru_cache(maxsize=most)(function)
        _forgetting.append(keeping.cache_clear)
        return cast("Callable[Parameters, Value]", keeping)

    return keep


def forget_said() -> None:
    """Forget what was `kept` of all candidates; it is made again where it is needed."""
    for forget in _forgetting:
        forget()


class Recent(Generic[Key, Value]):
    """The latest values by key; what was put longest ago is forgotten first when there are more than `most`."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._values: dict[Key, Value] = {}  # which keeps their order, for half of what an OrderedDict takes

    def get(self, key: Key) -> Value | None:
        """The value that was put last, None when there is none or it is forgotten."""
        return self._values.get(key)

    def put(self, key: Key, value: Value) -> None:
        """Remember a value, and when it was put."""
        self._values.pop(key, None)
        self._values[key] = value
        if len(self._values) > self._most:
            del self._values[next(iter(self._values))]

    def drop(self, key: Key) -> None:
        """Forget a value, if it is known."""
        self._values.pop(key, None)


class Lately:
    """Whether something was done a moment ago; `seconds` is how long a moment lasts, `clock` tells seconds."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._done: Recent[Hashable, float] = Recent()

    def first(self, key: Hashable) -> bool:
        """Whether it was not done within a moment; asking counts as doing it, if so."""
        now, before = self._clock(), self._done.get(key)
        if before is not None and now - before < self._seconds:
            return False
        self._done.put(key, now)
        return True

    def undo(self, key: Hashable) -> None:
        """It was not done after all, so that the next time is the first."""
        self._done.drop(key)
