"""The owner's settings: environment variables, or the same names in a file `.env`."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.roles import BUILT_IN


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
    def _sqlite(cls, value: str) -> str:
        if value and not re.match(r"sqlite://[^?]", value):
            raise ValueError("this version keeps its data in SQLite only, as in sqlite://data/interviews.sqlite3")
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
        reason = first["msg"].removeprefix("Value error, ")
        raise BadSettingError(f"{name}: {reason}. Change it in the environment or in .env.") from None
    except (OSError, UnicodeDecodeError):
        raise BadSettingError(".env cannot be read: it must be a readable file of UTF-8 text.") from None
