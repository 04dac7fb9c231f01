"""The owner's settings: environment variables, or the same names in a file `.env`."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.database.config import DEFAULT_URL, parse_url
from adapters.roles import BUILT_IN
from core.ports import StoreUnavailableError


class BadSettingError(Exception):
    """A setting cannot be used; the message is one line that names the variable and never holds its value."""


class InterviewerChoice(StrEnum):
    """Who interviews: by rules, with a language model, or whichever there is."""

    AUTO = "auto"
    MODEL = "model"
    RULES = "rules"


class Settings(BaseSettings):
    """All settings with their defaults; `.env.example` explains each to the owner."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    data_dir: Path = Path("data")
    database_url: str = ""
    roles_dir: Path | None = None
    interviewer: InterviewerChoice = InterviewerChoice.AUTO
    quiet_gap_seconds: Annotated[float, Field(ge=0, le=60)] = 4.0
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)] = "WARNING"
    discord_token: SecretStr | None = None
    telegram_token: SecretStr | None = None

    @field_validator("database_url")
    @classmethod
    def _kept(cls, value: str) -> str:
        try:
            in_memory = bool(value) and parse_url(value).path is None
        except StoreUnavailableError as error:
            raise ValueError(str(error)) from None
        if in_memory:
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
    def role_folders(self) -> list[Path]:
        """Where role files are looked for; the owner's own folder counts last and so wins."""
        return [BUILT_IN, *([self.roles_dir] if self.roles_dir else [])]


def load_settings() -> Settings:
    """The settings as they stand. Raises BadSettingError for the first that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        reason = first["msg"].removeprefix("Value error, ").removesuffix(".")
        raise BadSettingError(f"{name}: {reason}. Change it in the environment or in .env.") from None
    except (OSError, UnicodeDecodeError):
        raise BadSettingError(".env cannot be read: it must be a readable file of UTF-8 text.") from None
