"""The owner's settings: environment variables, or the same names in a file `.env`."""

from __future__ import annotations

import os
import re
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv.parser import parse_stream
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from rapidfuzz import fuzz, process

from adapters.database.config import DEFAULT_URL, SQLiteFile, parse_url
from adapters.roles import BUILT_IN
from core.ports import StoreUnavailableError

ENV_FILE = ".env"
DEFAULT_OLLAMA_URL = "http://127.0.0.1:11434"
TELEGRAM_URL, DISCORD_URL = "https://api.telegram.org", "https://discord.com/api/v10"
"""Where the platforms are; their adapters say the same, and are not imported for that."""
LEAST_CONTEXT_TOKENS = 4096
"""Less does not hold what an assessment takes: anchors, graded samples, and an answer of some hundred words."""
_MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}")
_KEEP_ALIVE = re.compile(r"-?\d{1,9}|-?(\d{1,9}(\.\d{1,3})?(ms|s|m|h)){1,4}")
"""Seconds, or Go's way of writing a duration, as in 1h30m; below zero means for ever."""
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
"""What Telegram allows, but not so short that it could be guessed."""
_ID = re.compile(r"[1-9][0-9]{0,18}")
_NAME = re.compile(r"[\w.-]+")
_ALIKE = 83
"""Of 100: what a name in the file has in common with that of a setting when it is meant to be that one."""
_OF_OTHERS = {"DATABASE_USER", "OLLAMA_MODELS"}
"""What databases and Ollama are set up with, and may stand in the same file."""
_HOST_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,62})(\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*")


class BadSettingError(Exception):
    """A setting cannot be used; the message is one line that names the variable and never holds its value."""


class InterviewerChoice(StrEnum):
    """Who interviews: by rules, with a language model, or whichever there is."""

    AUTO = "auto"
    MODEL = "model"
    RULES = "rules"


class VoiceChoice(StrEnum):
    """Whether voice is used where it is set up, by another process of the bot, or never."""

    AUTO = "auto"
    ELSEWHERE = "elsewhere"
    OFF = "off"


class LogFormat(StrEnum):
    """What a line of the log is: words for people, or a JSON object for programs."""

    TEXT = "text"
    JSON = "json"


def _speech_model(value: str) -> str:
    """The names or paths of models, with commas between them."""
    if not value.isprintable() or not all(name.strip() for name in value.split(",")):
        raise ValueError("it must be a name, or the path of a model of your own")
    return value


def _server(value: str) -> str:
    """The address of a server, without the slash at its end."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise ValueError("it is no address") from None
    if not usable:
        raise ValueError("it must be an address that begins with http:// or https://")
    if parts.username is not None or parts.query or parts.fragment or not value.isprintable() or " " in value:
        raise ValueError("it may hold no user name or password, no blank, no ? and no #")
    return value.rstrip("/")


def model_name(value: str) -> str:
    """A model's name. Raises ValueError for what cannot be one."""
    if not _MODEL_NAME.fullmatch(value):
        raise ValueError("it must be a name as `ollama list` shows it, as in llama3.1:8b")
    return value


def _duration(value: str) -> str:
    if not _KEEP_ALIVE.fullmatch(value):
        raise ValueError("it must be a time like 30m, 1h or 90s, 0 for not at all, or -1 for ever")
    return value


def _webhook(value: str) -> str:
    return value and _server(value)


def _host(value: str) -> str:
    """Where to listen: an address or a name of this machine."""
    if _HOST_NAME.fullmatch(value):
        return value
    try:
        return str(ip_address(value))
    except ValueError:
        raise ValueError("it must be an IP address or a name, without a port, as in 0.0.0.0") from None


def _ids(value: object) -> object:
    """The ids in a list as an owner writes it; whatever is not clear is refused, so that no list opens to everyone."""
    if not isinstance(value, str):
        return value
    ids = [one.strip() for one in value.split(",")] if value.strip() else []
    if not all(map(_ID.fullmatch, ids)):
        raise ValueError("it must be ids (numbers) with commas between them")
    return frozenset(map(int, ids))


Ids = Annotated[frozenset[int], NoDecode, BeforeValidator(_ids)]


def odd(value: int) -> int:
    """A number of passes, which has a middle. Raises ValueError."""
    if value not in {1, 3, 5}:
        raise ValueError("it must be 1, 3 or 5")
    return value


class Settings(BaseSettings):
    """All settings with their defaults; `.env.example` explains each to the owner."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    data_dir: Path = Path("data")
    database_url: str = ""
    roles_dir: Path | None = None
    interviewer: InterviewerChoice = InterviewerChoice.AUTO
    ollama_base_url: Annotated[str, AfterValidator(_server)] = DEFAULT_OLLAMA_URL
    ollama_model: Annotated[str, AfterValidator(model_name)] = "llama3.1:8b"
    ollama_context_tokens: Annotated[int, Field(ge=LEAST_CONTEXT_TOKENS, le=131_072)] = 8192
    ollama_keep_alive: Annotated[str, AfterValidator(_duration)] = "30m"
    ollama_first_token_seconds: Annotated[float, Field(gt=0, le=600)] = 60.0
    answer_deadline_seconds: Annotated[float, Field(gt=0, le=300)] = 20.0
    assessment_deadline_seconds: Annotated[float, Field(gt=0, le=3600)] = 180.0
    model_parallel_calls: Annotated[int, Field(ge=1, le=256)] = 5
    assessment_passes: Annotated[int, AfterValidator(odd)] = 1
    quiet_gap_seconds: Annotated[float, Field(ge=0, le=60)] = 4.0
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)] = "WARNING"
    log_format: LogFormat = LogFormat.TEXT
    metrics_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    metrics_host: Annotated[str, AfterValidator(_host)] = "127.0.0.1"
    voice: VoiceChoice = VoiceChoice.AUTO
    whisper_model: Annotated[str, AfterValidator(_speech_model)] = "base"
    whisper_device: Literal["cpu", "cuda", "auto"] = "cpu"
    whisper_compute_type: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,20}$")] = "int8"
    whisper_threads: Annotated[int, Field(ge=1, le=64)] = 4
    whisper_parallel: Annotated[int, Field(ge=1, le=16)] = 2
    voice_note_seconds: Annotated[float, Field(ge=1, le=3600)] = 600.0
    piper_voice: Annotated[str, AfterValidator(_speech_model)] = "en_US-lessac-medium"
    piper_speed: Annotated[float, Field(ge=0.5, le=2)] = 1.0
    messages_per_minute: Annotated[int, Field(ge=1, le=6000)] = 60
    max_open_interviews: Annotated[int, Field(ge=1, le=100_000)] = 200
    discord_token: SecretStr | None = None
    discord_allowed_users: Ids = frozenset()
    discord_allowed_servers: Ids = frozenset()
    discord_api_base_url: Annotated[str, AfterValidator(_server)] = DISCORD_URL
    telegram_token: SecretStr | None = None
    telegram_allowed_users: Ids = frozenset()
    telegram_api_base_url: Annotated[str, AfterValidator(_server)] = TELEGRAM_URL
    telegram_webhook_url: Annotated[str, AfterValidator(_webhook)] = ""
    telegram_webhook_host: Annotated[str, AfterValidator(_host)] = "127.0.0.1"
    telegram_webhook_port: Annotated[int, Field(ge=1, le=65_535)] = 8443
    telegram_webhook_secret: Annotated[SecretStr | None, Field(validate_default=True)] = None

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _keeps_others_out(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is None and info.data.get("telegram_webhook_url"):
            raise ValueError("TELEGRAM_WEBHOOK_URL needs it, so that nobody else can bring updates")
        if value is not None and not _WEBHOOK_SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("it must be 16 to 256 letters, digits, _ or -")
        return value

    @field_validator("database_url")
    @classmethod
    def _kept(cls, value: str) -> str:
        try:
            database = parse_url(value or DEFAULT_URL)
        except StoreUnavailableError as error:
            raise ValueError(str(error)) from None
        if isinstance(database, SQLiteFile) and database.path is None:
            raise ValueError(f"a database in memory keeps nothing: name a file, as in {DEFAULT_URL}")
        return value

    @field_validator("data_dir", "roles_dir")
    @classmethod
    def _at_home(cls, value: Path | None) -> Path | None:
        try:
            return value and value.expanduser()
        except RuntimeError:
            raise ValueError("it begins at the home of a user that is not known") from None

    @field_validator("data_dir")
    @classmethod
    def _fits_a_url(cls, value: Path) -> Path:
        if "?" in str(value):
            raise ValueError("it may not hold a question mark")
        return value

    @field_validator("roles_dir")
    @classmethod
    def _is_there(cls, value: Path | None) -> Path | None:
        if value is not None and not os.path.isdir(value):  # noqa: PTH112 - Path.is_dir raises where it may not look
            raise ValueError("there is no such folder")
        return value

    @property
    def database(self) -> str:
        """The database's URL: `DATABASE_URL`, else a SQLite file in the data folder."""
        return self.database_url or f"sqlite://{self.data_dir / 'interviews.sqlite3'}"

    @property
    def elsewhere(self) -> str:
        """The host that answers are sent to when the model's server is not this machine, else ""."""
        host = urlsplit(self.ollama_base_url).hostname or ""
        try:
            address = ip_address(host)
        except ValueError:
            return "" if host == "localhost" or host.endswith(".localhost") else host
        return "" if address.is_loopback or address.is_unspecified else host

    @property
    def models(self) -> Path:
        """The folder of the models for voice."""
        return self.data_dir / "models"

    @property
    def role_folders(self) -> list[Path]:
        """Where role files are looked for; the owner's own folder counts last and so wins."""
        return [BUILT_IN, *([self.roles_dir] if self.roles_dir else [])]


_REASONS = {
    "int_parsing": "it must be a whole number",
    "float_parsing": "it must be a number",
    "greater_than": "it must be more than {gt:g}",
    "greater_than_equal": "it must be {ge:g} or more",
    "less_than_equal": "it must be {le:g} or less",
    "enum": "it must be {expected}",
    "literal_error": "it must be {expected}",
    "string_pattern_mismatch": "it must be small letters, digits and _",
}
"""Our own words for what pydantic finds by itself, by its name for that."""


def _reason(error: ErrorDetails) -> str:
    """What is wrong with a value, without the value."""
    told = _REASONS.get(error["type"])
    if told is None:
        return error["msg"].removeprefix("Value error, ")
    return told.format(**error.get("ctx", {})).replace("'", "")


def load_settings() -> Settings:
    """The settings as they stand. Raises BadSettingError for the first that cannot be used."""
    try:
        _check_file(Path(ENV_FILE))
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        # What is wrong with a URL is said with its name, too, where it does not come from the settings.
        reason = re.sub(rf"^{name} ", "it ", _reason(first)).removesuffix(".")
        raise BadSettingError(f"{name}: {reason}. Change it in the environment or in .env.") from None
    except (OSError, UnicodeDecodeError):
        raise BadSettingError(".env cannot be read: it must be a readable file of UTF-8 text.") from None


def _check_file(file: Path) -> None:
    """Raises BadSettingError for what would be passed over in silence: a line, or a name that is nearly a setting's."""
    if not file.is_file():
        return
    settings = [name.upper() for name in Settings.model_fields]
    with file.open(encoding="utf-8") as stream:
        for line in parse_stream(stream):
            written = line.original.string
            if line.error or (line.key is not None and not _NAME.fullmatch(line.key)):
                blank = written[: len(written) - len(written.lstrip())]
                number = line.original.line + blank.count("\n")
                raise BadSettingError(f"{file}: line {number} cannot be read: write NAME=value.")
            name = (line.key or "").upper()
            if name in {*settings, *_OF_OTHERS}:
                continue
            if meant := process.extractOne(name, settings, scorer=fuzz.ratio, score_cutoff=_ALIKE):
                raise BadSettingError(f"{line.key}: there is no such setting; did you mean {meant[0]}?")
