"""What a candidate is told who wants all to be deleted that is kept of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import Choice, Outbound, OutboundKind
from core.wording.pieces import count, heading, item, line, listed, notice, small

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.accounts import Account

_BACKUPS = "Backups that the owner of this machine has made may still hold it: ask them about those."
_CARRIERS = {"telegram": "Telegram", "discord": "Discord"}


def sure(interviews: int, others: Sequence[Account], *, is_open: bool) -> Outbound:
    """Before everything is deleted: what that is; `others` are the accounts that are joined with the asking one."""
    ends = (item("The interview that is open now, which ends without a report."),) if is_open else ()
    links = f", and its link with {_accounts(others)}, which I forget as well" if others else ""
    return Outbound(
        OutboundKind.MENU,
        (
            heading("Delete everything?"),
            line("This deletes for good all that I have kept of you:"),
            item(f"{_interviews(interviews)}."),
            *ends,
            item("The sound of your voice notes, where you let me keep it."),
            item("Your settings, and messages to you that have not been sent yet."),
            item(f"That I know this account{links}."),
            small(f"Nobody can bring it back. {_BACKUPS}"),
        ),
        (Choice("Delete everything", "forget", "yes"), Choice("Keep it", "forget", "no")),
    )


def done(platform: str, others: Sequence[Account]) -> Outbound:
    """Everything has been deleted; `others` were joined with the account on that platform which asked for it."""
    told = ["All that I had kept of you is deleted."]
    if others:
        told.append(f"So is all of {_accounts(others)}.")
    told.append(_BACKUPS)
    chats = [_CARRIERS[one] for one in dict.fromkeys((platform, *_platforms(others))) if one in _CARRIERS]
    if chats:
        told.append(f"The messages themselves are kept by {listed(chats)}: only you can delete them there.")
    told.append("If you write to me again, I do not know you.")
    return notice(" ".join(told))


def kept() -> Outbound:
    """Nothing has been deleted, as the candidate did not want that."""
    return notice("I have deleted nothing. /forget asks you again.")


def _interviews(number: int) -> str:
    if not number:
        return "Your interviews, of which there are none"
    return f"Your {count(number, 'interview')}, with every answer, feedback and report"


def _accounts(others: Sequence[Account]) -> str:
    """The accounts besides the one that asks, by their platforms."""
    platforms = listed([platform.capitalize() for platform in _platforms(others)])
    return f"your {'account' if len(others) == 1 else 'accounts'} on {platforms}"


def _platforms(others: Sequence[Account]) -> list[str]:
    return list(dict.fromkeys(other.platform for other in others))
