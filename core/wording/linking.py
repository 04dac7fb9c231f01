"""What a candidate is told who joins accounts on several platforms, or parts them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import Choice, Outbound, OutboundKind
from core.wording.pieces import heading, line, listed, notice, small

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.accounts import Account


def code(shown: str, minutes: int, others: Sequence[Account]) -> Outbound:
    """A new code and what to do with it; `others` are the accounts that are joined with this one already."""
    joined = (
        (line(f"This account is joined with yours on {_platforms(others)}; /unlink parts them."),) if others else ()
    )
    return Outbound(
        OutboundKind.NOTICE,
        (
            heading(f"Your code: {shown}"),
            *joined,
            line(f"Write /link {shown} to me on your other platform within {minutes} minutes."),
            line("Whoever uses it shares your history, so show it to nobody."),
        ),
    )


def warning(shown: str) -> Outbound:
    """Before accounts are joined: what that means, and whom it would let in."""
    return Outbound(
        OutboundKind.MENU,
        (
            heading("Are both accounts yours?"),
            line(
                "Whoever made this code will see your interviews on this account, and you will see theirs. "
                "Go on only if you made it yourself."
            ),
            small("If somebody gave you the code, do nothing: nothing has been changed."),
        ),
        (Choice("Yes, both are mine", "link", f"{shown} yes"),),
    )


def joined() -> Outbound:
    """The accounts are joined."""
    return notice(
        "Your accounts are joined: one history, one set of settings, and an interview that you pause on one can go on "
        "at the other. /unlink parts them again."
    )


def joined_elsewhere(platform: str) -> Outbound:
    """To whoever made a code: an account on that platform has joined by it."""
    return notice(
        f"An account on {platform.capitalize()} has joined this one with your code: it sees your interviews, and you "
        "see those begun there. If it is not yours, /unlink parts them."
    )


def part(leaving: Sequence[Account], *, this_one: bool) -> Outbound:
    """Before accounts are parted: which, and what becomes of the interviews; `this_one` when the asking one leaves."""
    which = "this account from the others" if this_one else f"this account from yours on {_platforms(leaving)}"
    return Outbound(
        OutboundKind.MENU,
        (
            heading("Part your accounts?"),
            line(f"This parts {which}. Nothing is lost: each keeps the interviews that were begun on it."),
        ),
        (Choice("Part them", "unlink", "yes"),),
    )


def parted() -> Outbound:
    """The accounts are parted."""
    return notice("Your accounts are parted: each has its own interviews and settings again. /link joins them anew.")


def parted_elsewhere(platform: str) -> Outbound:
    """To the accounts that were joined with one on that platform, from which they were parted."""
    return notice(
        f"This account is joined with yours on {platform.capitalize()} no more: each has its own interviews and "
        "settings again. /link joins them anew."
    )


def bad_code() -> Outbound:
    """A code that was never made, has been used or has expired."""
    return notice(
        "That code is not valid, or not any more. Write /link to me on your other platform for a new one, which "
        "counts for 10 minutes."
    )


def own_code() -> Outbound:
    """A code that the asking candidate has made."""
    return notice("That is your own code: write it to me on the platform that you want to join with this one.")


def joined_before() -> Outbound:
    """A code was given from an account that is joined with others."""
    return notice("Your accounts are joined already. /unlink parts them.")


def not_joined() -> Outbound:
    """Accounts are to be parted and there is only one."""
    return notice("This account is joined with no other, so there is nothing to part. /link joins two.")


def open_here() -> Outbound:
    """Accounts are to be joined while an interview is open."""
    return notice("You have an open interview on this account. Finish it or end it with /stop first, then try again.")


def open_there() -> Outbound:
    """Accounts are to be parted while an interview is open that would go with one of them."""
    return notice(
        "Your open interview was begun on an account that would leave. Finish it or end it with /stop first, then try "
        "again."
    )


def still_working() -> Outbound:
    """Accounts are to be joined or parted while something of the candidate's is being worked on."""
    return notice("I am still working on one of your answers. Please try again in a minute.")


def too_many_tries() -> Outbound:
    """Too many codes were wrong, one after the other."""
    return notice("Too many codes were wrong, so I take none from this account now. Please try again in 10 minutes.")


def too_many_codes() -> Outbound:
    """Too many codes were made, one after the other."""
    return notice("You have had many codes just now. Please use the last one, or wait 10 minutes for another.")


def _platforms(accounts: Sequence[Account]) -> str:
    """The platforms of accounts, each named once."""
    return listed(list(dict.fromkeys(account.platform.capitalize() for account in accounts)))
