"""Makes `python -m bot` the same as `interview-bot`."""

from bot.cli import main

main()
