from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.discord.address import OFFICIAL
from adapters.telegram.client import OFFICIAL_URL
from bot.settings import BadSettingError, InterviewerChoice, Settings, load_settings
from tests.bot.conftest import Command
from tests.process.home import ROOT, Home

WRONG = {
    "DATABASE_URL": [
        "postgres://me:pass@host/db",
        "interviews.sqlite3",
        "sqlite://",
        "sqlite://?mode=rw",
        "sqlite://:memory:",
        "sqlite://:memory:?synchronous=FULL",
        "sqlite://x.sqlite3?synchronous=BANANA",
        "sqlite://x.sqlite3?foreign_keys=OFF",
        "sqlite://x.sqlite3?nosuch=1;drop",
    ],
    "DATA_DIR": ["~nobody-of-that-name/x", "what?"],
    "ROLES_DIR": ["nowhere", "~nobody-of-that-name/x", "/dev/null/below"],
    "INTERVIEWER": ["robot", "RULES"],
    "OLLAMA_BASE_URL": [
        "localhost:11434",
        "ftp://127.0.0.1",
        "http:///x",
        "http://host:port",
        "http://host:70000",
        "http://me:pass@host:11434",
        "http://host/?key=1",
        "http://host/#x",
        "http://ho st",
        "http://[::1",
        "http://host\x07",
    ],
    "OLLAMA_MODEL": ["-rm", "a b", "llama\n", "x" * 201, "\u202ellama"],
    "OLLAMA_CONTEXT_TOKENS": ["4095", "131073", "many", "8192.5"],
    "OLLAMA_KEEP_ALIVE": ["soon", "30 m", "1d", "mm", "--1"],
    "OLLAMA_FIRST_TOKEN_SECONDS": ["0e0", "601", "nan"],
    "ANSWER_DEADLINE_SECONDS": ["0e0", "-7", "301", "inf"],
    "ASSESSMENT_DEADLINE_SECONDS": ["0e0", "3601"],
    "MODEL_PARALLEL_CALLS": ["0", "257", "1.5"],
    "ASSESSMENT_PASSES": ["0", "2", "7", "three"],
    "QUIET_GAP_SECONDS": ["-1", "61", "soon", "nan", "inf"],
    "LOG_LEVEL": ["loud", "verbose"],
    "LOG_FORMAT": ["xml", "JSON"],
    "METRICS_PORT": ["-1", "65536", "all"],
    "METRICS_HOST": ["http://127.0.0.1", "127.0.0.1:9100", "my host"],
    "VOICE": ["loud", "OFF"],
    "WHISPER_MODEL": ["base\x07", "a,,b"],
    "WHISPER_DEVICE": ["gpu", "CPU"],
    "WHISPER_COMPUTE_TYPE": ["int 8", "FLOAT16", "x" * 21],
    "WHISPER_THREADS": ["0", "65"],
    "WHISPER_PARALLEL": ["0", "17"],
    "VOICE_NOTE_SECONDS": ["0", "3601", "nan"],
    "PIPER_VOICE": ["a,,b", "en_US\n"],
    "PIPER_SPEED": ["0.4", "2.1", "inf"],
    "MESSAGES_PER_MINUTE": ["0", "6001", "-1", "none"],
    "MAX_OPEN_INTERVIEWS": ["0", "100001", "all"],
    "DISCORD_ALLOWED_USERS": ["@sam", "sam, 77", "77;78", "77 78", "-77", "77.0", "0", "9" * 20, "[77]", "\u0667"],
    "DISCORD_ALLOWED_SERVERS": [",", "77,,78", "77,", "https://discord.com/channels/77"],
    "TELEGRAM_ALLOWED_USERS": ["@sam", "everyone", "*", "0x77", "+77", "1_000"],
    "DISCORD_API_BASE_URL": ["discord.com", "ftp://discord.com"],
    "TELEGRAM_API_BASE_URL": ["api.telegram.org", "http://me:pass@host"],
    "TELEGRAM_WEBHOOK_URL": ["me.example", "https://me.example/?key=1"],
    "TELEGRAM_WEBHOOK_HOST": ["http://0.0.0.0", "0.0.0.0:8443", "my host", "-x", "a" * 254, "[::]", "10.0.0.0/8"],
    "TELEGRAM_WEBHOOK_PORT": ["0", "65536", "https"],
    "TELEGRAM_WEBHOOK_SECRET": ["short", "sixteen letters and blanks", "x" * 257],
}


def test_everything_has_a_default(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA_DIR", "INTERVIEWER"):
        monkeypatch.delenv(name)
    settings = load_settings()
    assert settings.database == "sqlite://data/interviews.sqlite3"
    assert settings.interviewer is InterviewerChoice.AUTO
    assert settings.quiet_gap_seconds == 4
    assert settings.model_parallel_calls == 5
    assert (settings.ollama_base_url, settings.ollama_model) == ("http://127.0.0.1:11434", "llama3.1:8b")
    assert (settings.answer_deadline_seconds, settings.assessment_passes) == (20, 1)
    assert (settings.messages_per_minute, settings.max_open_interviews) == (60, 200)
    assert (settings.metrics_port, settings.metrics_host) == (0, "127.0.0.1")
    assert settings.discord_allowed_users == settings.discord_allowed_servers == frozenset()
    assert settings.telegram_allowed_users == frozenset()
    assert [folder.name for folder in settings.role_folders] == ["roles"]


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_is_one_line_that_names_the_variable_and_not_the_value(
    place: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettingError) as caught:
        load_settings()
    assert str(caught.value).startswith(f"{name}: ")
    assert "\n" not in str(caught.value)
    assert value not in str(caught.value).replace("sqlite://data/interviews.sqlite3", "")
    for words in (
        "Input",
        "String",
        "should",
        "valid",
        "'",
        f"{name}: {name}",
    ):  # which are pydantic's own, or said twice
        assert words not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("METRICS_PORT", "all", "it must be a whole number"),
        ("MODEL_PARALLEL_CALLS", "1.5", "it must be a whole number"),
        ("PIPER_SPEED", "fast", "it must be a number"),
        ("PIPER_SPEED", "0.4", "it must be 0.5 or more"),
        ("PIPER_SPEED", "2.1", "it must be 2 or less"),
        ("ANSWER_DEADLINE_SECONDS", "0", "it must be more than 0"),
        ("LOG_FORMAT", "xml", "it must be text or json"),
        ("VOICE", "loud", "it must be auto, elsewhere or off"),
        ("LOG_LEVEL", "loud", "it must be DEBUG, INFO, WARNING or ERROR"),
        ("WHISPER_COMPUTE_TYPE", "int 8", "it must be small letters, digits and _"),
    ],
)
def test_what_is_wrong_is_said_in_a_few_words(
    place: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettingError) as caught:
        load_settings()
    assert str(caught.value) == f"{name}: {reason}. Change it in the environment or in .env."


@pytest.mark.parametrize("arguments", [("chat",), ("run",), ("migrate",), ("roles", "list"), ("roles", "check")])
def test_every_command_stops_at_a_wrong_setting(
    interview_bot: Command, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("QUIET_GAP_SECONDS", "soon")
    ended = interview_bot(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("QUIET_GAP_SECONDS: ")
    assert ended.err.count("\n") == 1


def test_the_file_is_read_and_the_environment_wins(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / ".env").write_text("QUIET_GAP_SECONDS=7\nLOG_LEVEL=INFO\nROLES_DIR=\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    settings = load_settings()
    assert settings.quiet_gap_seconds == 7
    assert settings.log_level == "ERROR"
    assert settings.roles_dir is None


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://127.0.0.1:11434", ""),
        ("http://127.8.8.8", ""),
        ("http://[::1]:11434/", ""),
        ("http://localhost:11434", ""),
        ("https://ollama.localhost", ""),
        ("http://192.168.1.20:11434", "192.168.1.20"),
        ("https://models.example:8443/ollama/", "models.example"),
        ("http://0.0.0.0:11434", ""),
    ],
)
def test_a_server_elsewhere_is_known_by_its_host(
    place: Path, monkeypatch: pytest.MonkeyPatch, url: str, host: str
) -> None:
    monkeypatch.setenv("OLLAMA_BASE_URL", url)
    settings = load_settings()
    assert settings.elsewhere == host
    assert settings.ollama_base_url == url.rstrip("/")


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("OLLAMA_MODEL", "hf.co/somebody/Some-Model_GGUF:Q4_K_M", "hf.co/somebody/Some-Model_GGUF:Q4_K_M"),
        ("OLLAMA_KEEP_ALIVE", "1h30m", "1h30m"),
        ("OLLAMA_KEEP_ALIVE", "-1", "-1"),
        ("ASSESSMENT_PASSES", "5", 5),
        ("MODEL_PARALLEL_CALLS", "1", 1),
        ("OLLAMA_CONTEXT_TOKENS", "4096", 4096),
    ],
)
def test_what_the_model_is_asked_with_can_be_set(
    place: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, kept: object
) -> None:
    monkeypatch.setenv(name, value)
    assert getattr(load_settings(), name.lower()) == kept


@pytest.mark.parametrize("name", ["DISCORD_ALLOWED_USERS", "DISCORD_ALLOWED_SERVERS", "TELEGRAM_ALLOWED_USERS"])
@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("", set()),
        ("  ", set()),
        ("77", {77}),
        (" 77 ,78,  77", {77, 78}),
        ("1234567890123456789", {1234567890123456789}),
    ],
)
def test_who_may_come_in_is_a_list_of_ids(
    place: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, kept: set[int]
) -> None:
    (place / ".env").write_text(f"{name}={value}\n")
    assert getattr(load_settings(), name.lower()) == kept
    monkeypatch.setenv(name, value)
    assert getattr(load_settings(), name.lower()) == kept


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::", "::1", "localhost", "bot-1.internal"])
def test_a_webhook_listens_at_an_address_or_a_name(place: Path, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    assert load_settings().telegram_webhook_host == "127.0.0.1"
    monkeypatch.setenv("TELEGRAM_WEBHOOK_HOST", host)
    assert load_settings().telegram_webhook_host == host


def test_a_webhook_needs_a_secret(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_WEBHOOK_URL", "https://me.example/bot/")
    with pytest.raises(BadSettingError, match=r"^TELEGRAM_WEBHOOK_SECRET: TELEGRAM_WEBHOOK_URL needs it"):
        load_settings()
    monkeypatch.setenv("TELEGRAM_WEBHOOK_SECRET", "a_secret-of-16-or-more")
    assert load_settings().telegram_webhook_url == "https://me.example/bot"


def test_the_platforms_are_where_their_adapters_say(place: Path) -> None:
    settings = load_settings()
    assert (settings.discord_api_base_url, settings.telegram_api_base_url) == (OFFICIAL, OFFICIAL_URL)


def test_folders_may_begin_at_home(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "own").mkdir()
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.setenv("DATA_DIR", "~/x")
    monkeypatch.setenv("ROLES_DIR", "~/own")
    settings = load_settings()
    assert (settings.data_dir, settings.roles_dir) == (place / "x", place / "own")
    assert settings.database == f"sqlite://{place}/x/interviews.sqlite3"


@pytest.mark.parametrize("arguments", [("chat",), ("migrate",), ("roles", "list"), ("roles", "check"), ("assess",)])
def test_a_folder_of_roles_that_is_missing_stops_every_command(
    interview_bot: Command, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("ROLES_DIR", "nowhere")
    ended = interview_bot(*arguments)
    told = "ROLES_DIR: there is no such folder. Change it in the environment or in .env.\n"
    assert (ended.status, ended.out, ended.err) == (2, "", told)


@pytest.mark.parametrize("folder", ["/dev/null", "/dev/null/below"])
def test_a_data_folder_that_cannot_be_made_is_named(
    interview_bot: Command, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    monkeypatch.setenv("DATA_DIR", folder)
    ended = interview_bot("migrate")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.count("\n") == 1
    assert "cannot be opened" in ended.err
    assert "DATA_DIR" in ended.err


def test_a_file_that_is_no_text_is_told(place: Path) -> None:
    (place / ".env").write_bytes(b"LOG_LEVEL=\xff\xfe\n")
    with pytest.raises(BadSettingError, match=r"^\.env cannot be read"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("TELEGRAM_TOKN", "TELEGRAM_TOKEN"),
        ("TELEGRAM_BOT_TOKEN", "TELEGRAM_TOKEN"),
        ("DISCORD_TOEKN", "DISCORD_TOKEN"),
        ("TELEGRAM_ALLOWED_USER", "TELEGRAM_ALLOWED_USERS"),
        ("TELEGRAM_ALLOWED", "TELEGRAM_ALLOWED_USERS"),
        ("TELEGRAM-ALLOWED-USERS", "TELEGRAM_ALLOWED_USERS"),
        ("discord_allowed_user", "DISCORD_ALLOWED_USERS"),
        ("DATADIR", "DATA_DIR"),
    ],
)
def test_a_misspelt_name_in_the_file_is_told_with_the_right_one(
    place: Path, monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    (place / ".env").write_text(f"# mine\nLOG_LEVEL=INFO\nexport {name} = 1001\n")
    with pytest.raises(BadSettingError) as caught:
        load_settings()
    assert str(caught.value) == f"{name}: there is no such setting; did you mean {meant}?"
    (place / ".env").unlink()
    monkeypatch.setenv(name, "1001")
    load_settings()  # the environment is not the owner's alone


@pytest.mark.parametrize(
    "name",
    [
        "COMPOSE_PROJECT_NAME",
        "DATABASE_NAME",
        "DATABASE_USER",
        "HTTPS_PROXY",
        "OLLAMA_HOST",
        "OLLAMA_MODELS",
        "OLLAMA_NUM_PARALLEL",
        "PORT",
        "POSTGRES_USER",
        "TZ",
    ],
)
def test_what_is_for_other_programs_may_stand_in_the_file(place: Path, name: str) -> None:
    (place / ".env").write_text(f"{name}=1001\n")
    assert load_settings().telegram_allowed_users == frozenset()


def test_a_name_may_be_in_small_letters(place: Path) -> None:
    (place / ".env").write_text("telegram_allowed_users=1001\n")
    assert load_settings().telegram_allowed_users == {1001}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("TELEGRAM_TOKEN 123:secret\n", 1),
        ("TELEGRAM_TOKEN: 123:secret", 1),
        ("TELEGRAM_TOKEN:123:secret", 1),
        ("'TELEGRAM_TOKEN=123:secret'\n", 1),
        ("# mine\n\nLOG_LEVEL=INFO\n\n  =secret\n", 5),
        ("TZ='a\nb'\r\nTELEGRAM_TOKEN='secret\nLOG_LEVEL=INFO\n", 3),
    ],
)
def test_a_line_that_cannot_be_read_is_told_by_its_number(
    place: Path, caplog: pytest.LogCaptureFixture, text: str, line: int
) -> None:
    (place / ".env").write_bytes(text.encode())
    with pytest.raises(BadSettingError) as caught:
        load_settings()
    assert str(caught.value) == f".env: line {line} cannot be read: write NAME=value."
    assert not caplog.records


def test_a_folder_named_like_the_file_is_none(place: Path) -> None:
    (place / ".env").mkdir()
    load_settings()


def test_nothing_starts_with_a_misspelt_name(interview_bot: Command, place: Path) -> None:
    (place / ".env").write_text("TELEGRAM_ALLOWED_USER=1001\n")
    ended = interview_bot("run")
    told = "TELEGRAM_ALLOWED_USER: there is no such setting; did you mean TELEGRAM_ALLOWED_USERS?\n"
    assert (ended.status, ended.out, ended.err) == (2, "", told)


def test_the_example_lists_every_setting_with_its_default_and_nothing_else(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATA_DIR", "INTERVIEWER"):
        monkeypatch.delenv(name)
    lines = (ROOT / ".env.example").read_text().splitlines()
    listed = {match[1]: match[2] for line in lines if (match := re.fullmatch(r"#?([A-Z_]+)=(.*)", line))}
    assert set(listed) == {name.upper() for name in Settings.model_fields}
    (place / ".env").write_text("\n".join(f"{name}={value}" for name, value in listed.items()))
    with_example = load_settings()
    (place / ".env").unlink()
    assert with_example == load_settings()


def test_a_token_is_never_shown(tmp_path: Path, closed_port: int) -> None:
    home, secret = Home(tmp_path), "sEcReT-tOkEn-123"
    tokens = {"TELEGRAM_TOKEN": secret, "TELEGRAM_WEBHOOK_SECRET": secret, "LOG_LEVEL": "DEBUG"}
    both = tokens | {"DISCORD_TOKEN": secret, "DISCORD_API_BASE_URL": f"http://127.0.0.1:{closed_port}"}
    runs = [
        home.run("run", settings=tokens),
        home.run("doctor", settings=both),
        home.run("chat", settings=both | {"QUIET_GAP_SECONDS": secret, "DATABASE_URL": secret}),
    ]
    assert "Telegram is not served: " in runs[0].err
    assert [ended.status for ended in runs] == [1, 1, 2]
    for ended in runs:
        assert secret not in ended.out + ended.err
    assert secret not in repr(Settings(discord_token=secret))  # type: ignore[arg-type]


def test_a_log_of_everything_holds_no_word_of_a_candidate(tmp_path: Path) -> None:
    ended = Home(tmp_path).run("run", given="I sold chairs in Leeds.\n", settings={"LOG_LEVEL": "DEBUG"})
    assert ended.status == 0
    assert "INFO core.runner" in ended.err
    assert "I sold chairs" not in ended.err
