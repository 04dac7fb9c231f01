"""The command line `interview-bot`."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from importlib import metadata
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from adapters.roles import RoleFiles, load_roles
from bot.logs import start_logging, tell
from bot.memory import loading
from bot.options import ChatOptions
from bot.settings import BadSettingError, Settings, load_settings, model_name, odd
from bot.sharding import part_of
from bot.wiring import roles_of
from core.model import Mode
from core.ports import StoreError
from core.requests import BadRequestError, start_request
from core.roles import Seniority
from core.wording.pieces import count

app = typer.Typer(
    help="Practice interviews in chat and in the terminal, on your own machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
roles_app = typer.Typer(help="The job roles that can be interviewed for.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(roles_app, name="roles")

EXIT_FAILED, EXIT_USAGE = 1, 2
MAX_NAME_CHARACTERS = 100

RoleOption = Annotated[str, typer.Option("--role", help="The job role, as `roles list` shows it.")]
ModeOption = Annotated[
    Mode | None, typer.Option("--mode", help="mock: a report at the end. coach: feedback on every question.")
]
QuestionsOption = Annotated[int | None, typer.Option("--questions", help="How many questions (5 by default).")]
LevelOption = Annotated[Seniority | None, typer.Option("--level", help="The level of the job (mid by default).")]
NameOption = Annotated[str, typer.Option("--name", help="Who is interviewed; everybody has a history of their own.")]
VoiceInOption = Annotated[bool, typer.Option("--voice-in", help="Answer with the sound files that are named.")]
SoundsArgument = Annotated[list[Path] | None, typer.Argument(metavar="FILE...", help="Sound files, for --voice-in.")]
VoiceOutOption = Annotated[
    Path | None, typer.Option("--voice-out", metavar="DIR", file_okay=False, help="Speak the replies into this folder.")
]
FilesArgument = Annotated[
    list[Path] | None, typer.Argument(help="Files of graded answers; without one, those that come with the source.")
]
ModelOption = Annotated[
    str, typer.Option("--model", help="The model (OLLAMA_MODEL by default); `rules` for the rules interviewer.")
]
PassesOption = Annotated[int | None, typer.Option("--passes", help="1, 3 or 5 gradings of each criterion.")]
RepeatOption = Annotated[int, typer.Option("--repeat", min=1, max=20, help="Grade all so often, to see what stays.")]
NoWorkOption = Annotated[
    bool, typer.Option("--no-work", help="Only receive: `worker` does the rest. For a database that machines share.")
]
ShardsOption = Annotated[
    str, typer.Option("--shards", metavar="0,1/4", help="Serve only these of so many shards of a large Discord bot.")
]
QueuesOption = Annotated[
    str, typer.Option("--queues", metavar="NAME,…", help="Only these: deliver, model, speech, background.")
]
FromOption = Annotated[str, typer.Option("--from", metavar="URL", help="The database that is copied, and stays.")]
ToOption = Annotated[
    str, typer.Option("--to", metavar="URL", help="An empty database; on PostgreSQL it has to be there.")
]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, help="Only so many answers, from all of the set.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.callback(invoke_without_command=True)
def about(version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    if version:
        print(f"interview-bot {metadata.version('interview-bot')}")  # noqa: T201 - what was asked for
        raise typer.Exit


@app.command()
def run(no_work: NoWorkOption = False, shards: ShardsOption = "") -> None:
    """Start every chat platform that has a token; with none, the terminal interview."""
    settings, part = _settings(), part_of(shards)
    if settings.discord_token is None and settings.telegram_token is None:
        if no_work or part:
            _fail("No chat platform has a token: set DISCORD_TOKEN or TELEGRAM_TOKEN, there is nothing to receive.")
        tell("No chat platform has a token (DISCORD_TOKEN, TELEGRAM_TOKEN), so here is the terminal interview.")
        if settings.metrics_port:
            tell("METRICS_PORT has no effect in the terminal: it counts where a chat platform is served.")
        _chat(settings, ChatOptions())
    with loading():
        from bot.serve import serve  # noqa: PLC0415 - what only this command needs

    files = roles_of(settings)
    _check_request("", "", files)
    raise typer.Exit(serve(settings, files, works=not no_work, part=part))


@app.command()
def worker(queues: QueuesOption = "") -> None:
    """Do the work that `run` receives, on this machine: all of it, or the queues that are named."""
    from bot.work import work  # noqa: PLC0415 - as above

    settings = _settings()
    files = roles_of(settings)
    _check_request("", "", files)
    raise typer.Exit(work(settings, files, queues))


@app.command()
def chat(  # noqa: PLR0913, PLR0917 - one for each option
    role: RoleOption = "",
    mode: ModeOption = None,
    questions: QuestionsOption = None,
    level: LevelOption = None,
    name: NameOption = "",
    as_json: JsonOption = False,
    voice_in: VoiceInOption = False,
    files: SoundsArgument = None,
    voice_out: VoiceOutOption = None,
) -> None:
    """Be interviewed in the terminal, by lines piped in, or by voice: --voice-in one.ogg two.ogg --voice-out DIR."""
    wanted = (
        role,
        mode.value if mode else "",
        str(questions) if questions is not None else "",
        level.value if level else "",
    )
    settings = _settings()
    sounds = _sounds(voice_in, files or [])
    _check_voice(settings, sounds, voice_out)
    request = " ".join(part for part in wanted if part)
    _chat(settings, ChatOptions(request, name, as_json, sounds, voice_out))


@app.command()
def setup() -> None:
    """Fetch the models for voice that are not there yet: the only command that fetches anything."""
    from bot.setup import SetupError, set_up  # noqa: PLC0415 - as above

    try:
        set_up(_settings())
    except SetupError as error:
        _fail(str(error))


@app.command()
def doctor(as_json: JsonOption = False) -> None:
    """Check each part: ok, off, or broken with what to do."""
    from bot.doctor import examine, show  # noqa: PLC0415 - as above

    findings = asyncio.run(examine())
    show(findings, as_json=as_json)
    raise typer.Exit(EXIT_FAILED if any(finding.state == "broken" for finding in findings) else 0)


@app.command()
def migrate() -> None:
    """Bring the database up to date; a SQLite file is backed up first. Every start does the same."""
    from adapters.database.connection import migrate as bring_up_to_date  # noqa: PLC0415 - as above
    from bot.assembly import is_shared  # noqa: PLC0415

    settings = _settings()
    result = asyncio.run(bring_up_to_date(settings.database))
    if not result.applied:
        tell("The database is up to date.")
        return
    backup = f" The database as it was before is in {result.backup}." if result.backup else ""
    if is_shared(settings):
        backup = " No backup was made: those of a PostgreSQL server are yours to make."
    tell(f"Applied: {', '.join(result.applied)}.{backup}")


@app.command("copy-database")
def copy_database(source: FromOption, target: ToOption) -> None:
    """Copy everything from one database to another, as from SQLite to PostgreSQL, and check that it is all there."""
    from bot.copying import copy  # noqa: PLC0415 - as above

    _settings()
    raise typer.Exit(copy(source, target))


@roles_app.command("list")
def roles_list(as_json: JsonOption = False) -> None:
    """Show the roles that can be interviewed for."""
    from bot.listing import show_roles  # noqa: PLC0415 - as above

    show_roles(roles_of(_settings()).roles.values(), as_json=as_json)


@roles_app.command("check")
def roles_check() -> None:
    """Name every mistake in the role files: the file, the key and the reason."""
    found = load_roles(_settings().role_folders)
    for mistake in found.mistakes:
        print(mistake)  # noqa: T201 - what was asked for
    if found.mistakes:
        raise typer.Exit(EXIT_FAILED)
    print(f"{len(found.roles)} role files are in order: {', '.join(found.roles)}.")  # noqa: T201


@app.command()
def assess() -> None:
    """Assess answers: JSON lines with role, question and answer in, one JSON assessment a line out."""
    from bot.assess import assess_lines  # noqa: PLC0415 - as above

    settings = _settings()
    mistakes = asyncio.run(assess_lines(sys.stdin.buffer, sys.stdout, settings))
    if mistakes:
        _fail(f"{count(mistakes, 'line')} of the input could not be assessed: see `error` in the output.")


@app.command("eval")
def evaluate(  # noqa: PLR0913, PLR0917 - one for each option
    files: FilesArgument = None,
    model: ModelOption = "",
    passes: PassesOption = None,
    repeat: RepeatOption = 1,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure a model by answers that people graded; lines like those of `assess`, with `levels`."""
    from bot.evaluate import RULES, EvalOptions  # noqa: PLC0415 - as above
    from bot.evaluate import evaluate as measure  # noqa: PLC0415
    from bot.graded import BadGradedFilesError  # noqa: PLC0415

    options = EvalOptions(tuple(files or ()), repeat, limit, as_json, model == RULES)
    settings = _with(_settings(), "" if options.by_rules else model, passes)
    try:
        raise typer.Exit(measure(settings, options))
    except BadGradedFilesError as error:
        _fail(str(error))


def run_command_line() -> None:
    """Run the command line. What fails is told in one line; a reader that has gone away is not worth even that."""
    _make_streams_usable()
    try:
        app()
    except (BadSettingError, BadRequestError) as error:
        tell(str(error), logging.ERROR)
        sys.exit(EXIT_USAGE)
    except StoreError as error:
        tell(str(error), logging.ERROR)
        sys.exit(EXIT_FAILED)
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            tell(f"The output cannot be written: {error.strerror}.", logging.ERROR)
        sys.exit(EXIT_FAILED)
    finally:
        _drop_what_cannot_be_written()


def _drop_what_cannot_be_written() -> None:
    """Keep Python from failing once more, and with a status of its own, when it flushes a closed output at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _make_streams_usable() -> None:
    """Stand in for streams that were closed at the start, and show a sign that the output cannot show as a "?"."""
    sys.stdin = sys.stdin or Path(os.devnull).open()  # noqa: SIM115 - open as long as the process runs
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _chat(settings: Settings, options: ChatOptions) -> NoReturn:
    with loading():
        from bot.chat import chat as run_chat  # noqa: PLC0415 - as above

    files = roles_of(settings)
    _check_request(options.request, options.name, files)
    raise typer.Exit(run_chat(settings, files, options))


def _sounds(voice_in: bool, files: list[Path]) -> tuple[Path, ...]:
    """The sound files that are the answers. Raises BadRequestError."""
    if voice_in != bool(files):
        raise BadRequestError("--voice-in is followed by sound files: chat --voice-in one.ogg two.ogg.")
    missing = next((file for file in files if not os.path.isfile(file)), None)  # noqa: PTH113 - which never raises
    if missing:
        raise BadRequestError(f"There is no such file: {missing}.")
    return tuple(files)


def _check_voice(settings: Settings, sounds: tuple[Path, ...], folder: Path | None) -> None:
    """Tell beforehand what of voice is missing."""
    if not sounds and folder is None:
        return
    from bot.voice import missing  # noqa: PLC0415 - as above

    if said := missing(settings, listening=bool(sounds), speaking=folder is not None):
        _fail(said)


def _check_request(request: str, name: str, files: RoleFiles) -> None:
    """Raises BadRequestError for what can be told before anything is opened."""
    start_request(request, files.roles)
    if len(name) > MAX_NAME_CHARACTERS:
        raise BadRequestError(f"The name is longer than {MAX_NAME_CHARACTERS} characters. Choose a shorter one.")
    if not files.roles:
        _fail("There is no role to interview for: `interview-bot roles check` says why.")


def _with(settings: Settings, model: str, passes: int | None) -> Settings:
    """The settings with what the command line says instead. Raises BadRequestError."""
    try:
        changes = {
            "ollama_model": model_name(model) if model else settings.ollama_model,
            "assessment_passes": odd(passes) if passes is not None else settings.assessment_passes,
        }
    except ValueError as error:
        raise BadRequestError(f"--model or --passes: {error}.") from None
    return settings.model_copy(update=changes)


def _settings() -> Settings:
    settings = load_settings()
    start_logging(settings)
    return settings


def _fail(sentence: str) -> NoReturn:
    tell(sentence, logging.ERROR)
    raise typer.Exit(EXIT_FAILED)
