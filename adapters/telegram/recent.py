"""A bounded memory of what happened lately."""

from __future__ import annotations

from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """The latest values by key; the oldest go when there are too many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[object, Value] = {}

    def get(self, key: object) -> Value | None:
        return self._values.get(key)

    def put(self, key: object, value: Value) -> None:
        self._values.pop(key, None)
        self._values[key] = value
        while len(self._values) > self._most:
            del self._values[next(iter(self._values))]

    def drop(self, key: object) -> None:
        self._values.pop(key, None)
