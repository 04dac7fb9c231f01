"""What is logged: lines that name the conversation they are about, and never hold what is said in it."""

from __future__ import annotations

import json
import logging
import platform
import sys
import traceback
from datetime import UTC, datetime
from importlib import metadata
from types import TracebackType
from typing import Any

from bot.settings import InterviewerChoice, LogFormat, Settings
from core.about import current

_OURS = frozenset({"adapters", "bot", "core"})
_QUIET = frozenset({"httpcore", "httpx", "procrastinate"})
"""Addresses with the token in them, and a line for every job."""
_SILENT = "psycopg"
"""A line for every connection, and one for every try to make one, all with the words of a server that is gone."""
_OF_JOBS = "procrastinate.exceptions"
"""A worker of it leaves what a job ended with to nobody where the server is gone; the job is taken up again."""
_log = logging.getLogger(__name__)
_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class _Careful(logging.Formatter):
    """Tells of an error its type and where it was raised: its own message may hold what a candidate said."""

    def formatException(self, ei: _Raised) -> str:  # noqa: N802 - the library's name
        kind, _, at = ei
        frames = "".join(traceback.format_tb(at)).rstrip("\n")
        name = kind.__name__ if kind else "no error"
        return f"{frames}\n{name}" if frames else name

    def told(self, record: logging.LogRecord) -> str:
        """The message; of asyncio its first line only, as what follows shows the error with its words."""
        said = record.getMessage()
        return said.partition("\n")[0] if record.name == "asyncio" else said


class TextLines(_Careful):
    """`time LEVEL logger [platform/chat]: message`, for people."""

    def format(self, record: logging.LogRecord) -> str:
        where = current()
        about = f" [{where.platform}/{where.chat}]" if where else ""
        line = f"{self.formatTime(record)} {record.levelname} {record.name}{about}: {self.told(record)}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonLines(_Careful):
    """One JSON object a line, for programs."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self.told(record),
        }
        if where := current():
            line["conversation"] = {"platform": where.platform, "chat": where.chat, "account": where.account}
        if record.exc_info and (kind := record.exc_info[0]):
            line |= {"exception": kind.__name__, "traceback": self.formatException(record.exc_info)}
        return json.dumps(line, ensure_ascii=False)


def start_logging(settings: Settings) -> None:
    """Log to standard error, so that standard output holds the interview only."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if settings.log_format is LogFormat.JSON else TextLines())
    handler.setLevel(settings.log_level)
    handler.addFilter(is_fit)
    logging.basicConfig(level=settings.log_level, handlers=[handler])


def is_fit(record: logging.LogRecord) -> bool:
    """Whether a line may be shown: below INFO libraries write down what candidates say."""
    package = record.name.partition(".")[0]
    if package in _OURS:
        return True
    if package == _SILENT:
        return record.levelno >= logging.CRITICAL
    if package == "asyncio" and record.exc_info and (kind := record.exc_info[0]):
        return kind.__module__ != _OF_JOBS
    return record.levelno >= (logging.WARNING if package in _QUIET else logging.INFO)


def note_start(settings: Settings, what: str, *, listens: bool, speaks: bool) -> None:
    """Write down what has started, and with what; `what` is what it does, as in “serving Telegram”."""
    rules = settings.interviewer is InterviewerChoice.RULES
    interviewer = "rules" if rules else f"{settings.interviewer.value}, model {settings.ollama_model}"
    voice = " and ".join([*["listening"] * listens, *["speaking"] * speaks]) or "none"
    versions = metadata.version("interview-bot"), platform.python_version()
    database = settings.database.partition(":")[0]
    told = "Started: version %s, Python %s; %s; database %s; interviewer %s; voice: %s."
    _log.info(told, *versions, what, database, interviewer, voice)


def tell(sentence: str, level: int = logging.INFO) -> None:
    """Tell the owner something, whatever is logged: on a line of its own in the form that the log has.

    The level is ERROR where that ends the program, and WARNING where something is not served.
    """
    lines = next((one.formatter for one in logging.getLogger().handlers if isinstance(one.formatter, JsonLines)), None)
    if lines:
        sentence = lines.format(logging.LogRecord("bot", level, "", 0, sentence, None, None))
    print(sentence, file=sys.stderr)  # noqa: T201 - a word to the owner
