"""Where `interview-bot` begins. Nothing is imported before Ctrl-C is understood: loading takes a moment."""

import sys

EXIT_INTERRUPTED = 130


def main() -> None:
    """Run the command line; Ctrl-C where nothing else answers it ends it without a word."""
    try:
        from bot.memory import loading  # noqa: PLC0415 - see above

        with loading():
            from bot.commands import run_command_line  # noqa: PLC0415

        run_command_line()
    except KeyboardInterrupt:
        _leave(EXIT_INTERRUPTED)
    except SystemExit as end:
        _leave(end.code if isinstance(end.code, int) else int(end.code is not None))


def _leave(status: int) -> None:
    """End, and without taking anything apart where a call that was given up still runs."""
    if threads := sys.modules.get("adapters.threads"):
        threads.leave_if_stuck(status)
    sys.exit(status)
