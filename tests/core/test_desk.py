"""What is answered outside the course of an interview: how one is begun, settings, help."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.effects import Send
from core.messages import Choice, Outbound, OutboundKind
from core.model import Conversation, Interview, Mode, Phase, Preferences
from core.roles import Seniority
from tests.contracts.sample import CONVERSATION, INCIDENT, NOW, QUEUES, ROLE, new_interview
from tests.core.counter import Counter

OPEN = new_interview()
BACKEND = replace(
    ROLE,
    id="backend_engineer",
    title="Backend Engineer",
    questions=tuple(replace(QUEUES, id=f"q{place}") for place in range(8)),
)


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def wide() -> Counter:
    """A desk with a further role, which has more questions."""
    return Counter(BACKEND)


def commands(message: Outbound) -> list[tuple[str, str]]:
    return [(one.command, one.argument) for one in message.choices]


def rows(message: Outbound) -> list[list[str]]:
    """The labels of the buttons, row by row."""
    found: dict[int | None, list[str]] = {}
    for choice in message.choices:
        found.setdefault(choice.row, []).append(choice.label)
    return list(found.values())


def choice(message: Outbound, label: str) -> Choice:
    return next(one for one in message.choices if one.label == label)


async def test_an_interview_begins(counter: Counter) -> None:
    after, sent = await counter.ask("interview", "tester coach 2")
    assert after
    assert (after.mode, len(after.plan), after.phase) == (Mode.COACH, 2, Phase.ASKING)
    assert [one.kind for one in sent] == [OutboundKind.NOTICE, OutboundKind.QUESTION]


async def test_questions_asked_before_come_last(counter: Counter) -> None:
    await counter.keep(replace(OPEN, phase=Phase.DROPPED))
    after, _ = await counter.ask("interview", "tester 1")
    assert after
    assert after.plan == (INCIDENT,)


# The first page


async def test_start_says_who_i_am(counter: Counter) -> None:
    page = await counter.page("start")
    assert commands(page) == [("interview", ""), ("how", ""), ("settings", "")]
    assert page.default is None
    assert "open interview" not in page.text


async def test_start_offers_the_history_to_whoever_has_one(counter: Counter) -> None:
    await counter.keep(replace(OPEN, phase=Phase.DROPPED))
    assert ("history", "") in commands(await counter.page("start"))


async def test_start_offers_to_go_on_with_what_is_open(counter: Counter) -> None:
    interview = replace(OPEN, id=await counter.keep(OPEN))
    page = await counter.page("start", "", interview)
    assert commands(page)[:2] == [("resume", f"#{interview.address}"), ("interview", "")]
    assert "You have an open interview for Tester, at question 1 of 3." in page.text


@pytest.mark.parametrize(
    ("platform", "carrier"), [("telegram", "Telegram carries"), ("discord", "Discord carries"), ("terminal", "")]
)
async def test_privacy_is_one_line_that_names_the_platform(counter: Counter, platform: str, carrier: str) -> None:
    where = Conversation(platform, "here", "me")
    page = await counter.page("start", where=where)
    _, begun = await counter.ask("interview", "tester", where=where)
    for message in (page, begun[0]):
        private = [block.text for block in message.blocks if "the machine I run on" in block.text]
        assert len(private) == 1
        assert private[0].startswith(carrier)
        assert ("carries" in private[0]) == bool(carrier)
        assert "only a language model that its owner has set, if any" in private[0]


async def test_how_it_works_leads_to_an_interview(counter: Counter) -> None:
    page = await counter.page("how")
    assert (page.kind, commands(page)) == (OutboundKind.HELP, [("interview", "")])
    for word in ("Hint", "Repeat", "Skip", "Pause", "Finish", "mock", "coach", "rate yourself", "/help"):
        assert word in page.text


@pytest.mark.parametrize("over", [True, False])
async def test_plain_words_without_an_interview_show_the_way(counter: Counter, *, over: bool) -> None:
    candidate = await counter.store.candidate(CONVERSATION)

    async def reply() -> Outbound:
        answer = await counter.desk.nothing_open(candidate, CONVERSATION, over=over)
        assert answer.interview is None
        [effect] = answer.effects
        assert isinstance(effect, Send)
        return effect.message

    assert await reply() == await counter.page("start")
    await counter.keep(replace(OPEN, phase=Phase.DROPPED))
    known = await reply()
    assert known.text.startswith("Your interview is over." if over else "No interview is running.")
    assert commands(known) == [*([("report", "")] if over else []), ("interview", ""), ("history", "")]


# The menu of roles


@pytest.mark.parametrize("command", ["interview", "setup"])
async def test_without_a_role_there_is_a_menu_that_keeps_what_was_asked_for(counter: Counter, command: str) -> None:
    page = await counter.page(command, "coach 2")
    assert commands(page) == [("setup", "tester coach 2")]
    assert page.default == page.choices[0]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("coach " * 30 + "3 " * 30, "coach 3"),
        ("senior 0002  MOCK all coach", "coach all senior"),
        ("Junior", "junior"),
    ],
)
async def test_every_role_of_the_menu_keeps_what_was_understood_and_no_more(
    wide: Counter, typed: str, kept: str
) -> None:
    page = await wide.page("interview", typed)
    assert commands(page) == [("setup", f"tester {kept}"), ("setup", f"backend_engineer {kept}")]


async def test_the_latest_choice_is_one_button(wide: Counter) -> None:
    assert [one.label for one in (await wide.page("interview")).choices] == ["Tester", "Backend Engineer"]
    coached = replace(OPEN, role=BACKEND, plan=BACKEND.questions[:5], turns=(), mode=Mode.COACH, phase=Phase.DROPPED)
    await wide.keep(replace(coached, seniority=Seniority.SENIOR))
    again = Choice("Again: Backend Engineer · coach · 5", "interview", "backend_engineer coach 5 senior")
    for command in ("interview", "setup"):
        menu = await wide.page(command)
        assert (menu.choices[0], menu.default) == (again, again)
        assert commands(menu)[1:] == [("setup", "tester"), ("setup", "backend_engineer")]
    assert (await wide.page("roles")).choices[0] == again
    after, _ = await wide.ask(again.command, again.argument)
    assert after
    assert (after.role, after.mode, len(after.plan), after.seniority) == (BACKEND, Mode.COACH, 5, Seniority.SENIOR)


async def test_the_latest_choice_gives_way_to_what_is_asked_for_now(counter: Counter) -> None:
    await counter.keep(replace(OPEN, phase=Phase.DROPPED))
    assert commands(await counter.page("interview", "coach")) == [("setup", "tester coach")]


async def test_the_latest_choice_fits_what_the_role_has_now(counter: Counter) -> None:
    counter.roles[ROLE.id] = replace(ROLE, questions=ROLE.questions[:2])
    await counter.keep(replace(OPEN, plan=(*ROLE.questions[:2], QUEUES), phase=Phase.DROPPED))
    assert (await counter.page("interview")).choices[0].argument == "tester mock 2 mid"


async def test_a_role_that_is_gone_is_not_offered_again(wide: Counter) -> None:
    await wide.keep(replace(OPEN, role=BACKEND, plan=BACKEND.questions, turns=(), phase=Phase.DROPPED))
    del wide.roles[BACKEND.id]
    for command in ("interview", "roles"):
        assert commands(await wide.page(command)) == [("setup", "tester")]


async def test_the_roles_are_a_page_and_no_question(counter: Counter) -> None:
    page = await counter.page("roles")
    assert (page.kind, page.default, commands(page)) == (OutboundKind.ROLES, None, [("setup", "tester")])
    assert "/interview tester" in page.text


# The card


async def test_the_card_says_what_is_chosen_and_changes_one_thing_at_a_press(wide: Counter) -> None:
    card = await wide.page("setup", "backend_engineer coach senior")
    assert [block.text for block in card.blocks] == [
        "Backend Engineer",
        "Coach interview: feedback comes after every question, and you can try it again.",
        "5 questions, senior level.",
        "I estimate about 20 minutes.",
    ]
    assert rows(card) == [
        ["Mock", "✓ Coach"],
        ["3", "✓ 5", "All 8"],
        ["Junior", "Mid", "✓ Senior"],
        ["Start", "Another job"],
    ]
    assert commands(card) == [
        ("setup", "backend_engineer mock 5 senior"),
        ("setup", "backend_engineer coach 5 senior"),
        ("setup", "backend_engineer coach 3 senior"),
        ("setup", "backend_engineer coach 5 senior"),
        ("setup", "backend_engineer coach 8 senior"),
        ("setup", "backend_engineer coach 5 junior"),
        ("setup", "backend_engineer coach 5 mid"),
        ("setup", "backend_engineer coach 5 senior"),
        ("interview", "backend_engineer coach 5 senior"),
        ("setup", ""),
    ]
    assert (card.kind, card.default) == (OutboundKind.MENU, choice(card, "Start"))


@pytest.mark.parametrize(
    ("argument", "lengths"),
    [
        ("tester", ["✓ All 3"]),
        ("tester 1", ["✓ 1", "All 3"]),
        ("backend_engineer 4", ["3", "✓ 4", "5", "All 8"]),
        ("backend_engineer all", ["3", "5", "✓ All 8"]),
    ],
)
async def test_the_card_offers_the_lengths_that_the_role_has(wide: Counter, argument: str, lengths: list[str]) -> None:
    assert rows(await wide.page("setup", argument))[1] == lengths


async def test_one_question_is_not_several(counter: Counter) -> None:
    card = await counter.page("setup", "tester 1")
    assert [block.text for block in card.blocks][2:] == ["1 question, mid level.", "I estimate about 4 minutes."]


async def test_the_card_begins_what_it_shows(wide: Counter) -> None:
    card = await wide.page("setup", "backend_engineer")
    for label in ("Coach", "3", "Junior"):
        pressed = choice(card, label)
        card = await wide.page(pressed.command, pressed.argument, pressed_in="card")
        assert card.replaces == "card"
    begin = choice(card, "Start")
    after, sent = await wide.ask(begin.command, begin.argument, pressed_in="card")
    assert after
    assert (after.mode, len(after.plan), after.seniority) == (Mode.COACH, 3, Seniority.JUNIOR)
    assert [one.replaces for one in sent] == ["", ""]


async def test_pages_that_turn_take_the_place_of_the_one_they_were_turned_in(counter: Counter) -> None:
    await counter.keep(replace(OPEN, phase=Phase.DROPPED))
    for command, argument in (
        ("setup", ""),
        ("setup", "tester"),
        ("setup", "testre"),
        ("history", "<5"),
        ("settings", "numbers on"),
    ):
        assert (await counter.page(command, argument, pressed_in="page")).replaces == "page"
        assert (await counter.page(command, argument)).replaces == ""
    assert (await counter.page("setup", "tester", OPEN, pressed_in="page")).replaces == "page"
    for command in ("history", "settings", "roles", "interview", "start"):
        assert (await counter.page(command, pressed_in="page")).replaces == ""


# What stands in the way


@pytest.mark.parametrize("command", ["interview", "setup"])
async def test_a_request_that_cannot_be_met_changes_nothing(counter: Counter, command: str) -> None:
    assert "Did you mean tester?" in await counter.text(command, "testre")
    assert "Did you mean tester?" in await counter.text(command, "testre", OPEN)


@pytest.mark.parametrize("interview", [None, OPEN])
async def test_a_card_that_cannot_be_read_leads_back_to_the_roles(
    counter: Counter, interview: Interview | None
) -> None:
    page = await counter.page("setup", "gone_role coach 3", interview, pressed_in="card")
    assert page.text.startswith("There is no role “gone_role”. There is: tester.\nWhich job shall we practise for?")
    assert (commands(page), page.replaces) == ([("setup", "tester")], "card")
    assert (await counter.page("interview", "gone_role", interview)).choices == ()


@pytest.mark.parametrize("command", ["interview", "setup"])
async def test_there_is_one_interview_at_a_time(counter: Counter, command: str) -> None:
    page = await counter.page(command, "tester", OPEN)
    assert commands(page) == [(name, f"#{OPEN.address}") for name in ("resume", "stop", "drop")]
    assert page.default == page.choices[0]
    assert "You have an open interview for Tester, at question 1 of 3." in page.text
    page = await counter.page(command, "", OPEN)
    assert page.default == page.choices[0]
    page = await counter.page(command, "tester", replace(OPEN, role=replace(ROLE, id="other")))
    assert page.default == page.choices[1]


async def test_a_paused_interview_in_the_way_is_said_to_be_paused(counter: Counter) -> None:
    shown = await counter.text("interview", "", replace(OPEN, phase=Phase.PAUSED))
    assert "Your interview for Tester is paused, at question 1 of 3." in shown


async def pressed(counter: Counter, argument: str, interview: Interview, after_s: float = 0) -> list[Outbound]:
    await counter.clock.advance(after_s)
    after, sent = await counter.ask("interview", argument, interview, pressed_in="card")
    assert after is interview
    return sent


async def test_an_impatient_second_press_does_nothing(counter: Counter) -> None:
    assert counter.clock.now() == NOW == OPEN.started_at
    assert await pressed(counter, "tester mock 3 mid", OPEN) == []
    assert await pressed(counter, "tester mock 3 mid", OPEN, 4.9) == []
    assert len(await pressed(counter, "tester mock 3 mid", OPEN, 0.1)) == 1


async def test_a_press_after_the_clock_was_set_back_is_answered(counter: Counter) -> None:
    assert len(await pressed(counter, "tester mock 3 mid", OPEN, -3600)) == 1


@pytest.mark.parametrize("argument", ["tester coach 3", "tester mock 2", "backend_engineer mock 3", ""])
async def test_a_press_for_another_interview_is_answered(wide: Counter, argument: str) -> None:
    assert len(await pressed(wide, argument, OPEN)) == 1


async def test_what_is_typed_twice_or_set_up_is_answered(counter: Counter) -> None:
    assert "open interview" in await counter.text("interview", "tester", OPEN)
    assert "open interview" in (await counter.page("setup", "tester", OPEN, pressed_in="card")).text


# Accounts, settings and help


@pytest.mark.parametrize(("command", "said"), [("link", "/link "), ("unlink", "joined with no other")])
async def test_accounts_are_joined_and_parted_at_the_desk(counter: Counter, command: str, said: str) -> None:
    assert said in await counter.text(command)


async def test_settings_are_shown_and_changed(counter: Counter) -> None:
    for argument, preferences, shown in (
        ("", None, "shown"),
        ("numbers off", Preferences(hide_numbers=True), "hidden"),
        (" Numbers  ON ", Preferences(), "shown"),
        ("numbers perhaps", None, "shown"),
    ):
        assert f"Numbers are {shown}" in await counter.text("settings", argument)
        assert counter.answer.preferences == preferences
    await counter.prefer(Preferences(hide_numbers=True))
    assert "Numbers are hidden" in await counter.text("settings", "", OPEN)


async def test_help_and_commands_that_do_not_exist(counter: Counter) -> None:
    assert "Tester (tester), 3 questions: A role for tests." in await counter.text("roles")
    listed = await counter.text("help")
    assert "/skip: the next question" in listed
    for name in ("start", "transcript", "link", "unlink", "forget"):
        assert f"/{name}: " in listed
    assert "Did you mean /history?" in await counter.text("histroy")
    assert "/help lists" in await counter.text("xqzw")
    assert len(await counter.text("x" * 5000)) < 120
