"""Where `interview-bot` begins. Nothing is imported before Ctrl-C is understood: loading takes a moment."""

import sys

EXIT_INTERRUPTED = 130


def main() -> None:
    """Run the command line; Ctrl-C where nothing else answers it ends it without a word."""
    try:
        from bot.commands import run_command_line  # noqa: PLC0415 - see above

        run_command_line()
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
