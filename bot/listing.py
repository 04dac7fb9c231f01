"""Shows the roles as a table."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from core.roles import Role


def show_roles(roles: Iterable[Role], *, as_json: bool) -> None:
    """Print the roles with their number of questions by level."""
    if as_json:
        rows = [
            {"id": role.id, "title": role.title, "summary": role.summary, "questions": len(role.questions)}
            for role in roles
        ]
        print(json.dumps(rows, ensure_ascii=False))  # noqa: T201 - what was asked for
        return
    table = Table("Role", "Title", "Questions", "About")
    for role in roles:
        levels = Counter(question.seniority.value for question in role.questions)
        table.add_row(
            role.id, role.title, ", ".join(f"{count} {level}" for level, count in levels.items()), role.summary
        )
    Console(markup=False).print(table)
