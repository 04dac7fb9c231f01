"""What a candidate sets about voice: by command, on the page of settings, on the card; offered where it can be had."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from core.messages import Choice, Outbound, OutboundKind
from core.model import Mode, Preferences
from core.speech import ReplyStyle
from core.wording import settings as wording
from tests.contracts.sample import CONVERSATION, QUEUES, ROLE, new_interview
from tests.core.counter import Counter

OPEN = new_interview()
OTHERWISE = Preferences(hide_numbers=True, reply=ReplyStyle.BOTH, language="de", keep_recordings=True)
"""Nothing as it is at first."""
TEXT, VOICE, BOTH = ReplyStyle


@pytest.fixture
def spoken() -> Counter:
    """A desk where voice notes are heard and questions are spoken."""
    return Counter(listens=True, speaks=True)


@pytest.fixture
def written() -> Counter:
    """A desk where all is written."""
    return Counter()


def rows(message: Outbound) -> list[list[str]]:
    found: dict[int | None, list[str]] = {}
    for choice in message.choices:
        found.setdefault(choice.row, []).append(choice.label)
    return list(found.values())


def choice(message: Outbound, label: str) -> Choice:
    return next(one for one in message.choices if one.label == label)


async def press(counter: Counter, page: Outbound, label: str) -> Outbound:
    """The page after pressing one of its buttons; what was set is kept."""
    pressed = choice(page, label)
    turned = await counter.page(pressed.command, pressed.argument, pressed_in="page")
    if counter.answer.preferences:
        await counter.prefer(counter.answer.preferences)
    return turned


# The page


async def test_the_page_shows_what_is_set_and_offers_the_rest(spoken: Counter) -> None:
    page = await spoken.page("settings")
    assert (page.kind, page.default) == (OutboundKind.STATUS, None)
    assert [block.text for block in page.blocks] == [
        "Your settings",
        "Numbers are shown: levels from 1 to 5, and their means.",
        "/settings numbers off changes that.",
        "Questions come as text.",
        "/voice text, /voice voice (one message to hear and read) or /voice both (two of them) changes that.",
        "I take your voice notes to be in English.",
        "/settings language de takes German, for example, and /settings language auto detects it each time.",
        "The sound of your voice notes is deleted once it is transcribed; the words stay.",
        "/settings recordings on keeps it, so that you can hear pieces of it with your feedback.",
    ]
    assert rows(page) == [
        ["Hide numbers"],
        ["✓ Text", "Voice", "Both"],
        ["✓ English", "Detect it"],
        ["Keep recordings"],
    ]
    assert all(one.command == "settings" and one.stays for one in page.choices)


async def test_the_page_shows_what_is_set_otherwise(spoken: Counter) -> None:
    await spoken.prefer(OTHERWISE)
    page = await spoken.page("settings")
    assert rows(page) == [
        ["Show numbers"],
        ["Text", "Voice", "✓ Both"],
        ["✓ German", "English", "Detect it"],
        ["Delete recordings"],
    ]
    for said in (
        "Numbers are hidden",
        "Questions come as text at once, and a moment later as a voice message, too.",
        "I take your voice notes to be in German.",
        "is kept, so that you can hear pieces of it",
        "/settings recordings off deletes it",
    ):
        assert said in page.text
    await spoken.prefer(Preferences(language=""))
    page = await spoken.page("settings")
    assert rows(page)[2] == ["English", "✓ Detect it"]
    assert "I detect the language of each of your voice notes." in page.text


@pytest.mark.parametrize(
    ("listens", "speaks", "about"),
    [
        (False, False, ["numbers"]),
        (False, True, ["numbers", "voice"]),
        (True, False, ["numbers", "language", "recordings"]),
        (True, True, ["numbers", "voice", "language", "recordings"]),
    ],
)
async def test_only_what_can_be_had_is_on_the_page(listens: bool, speaks: bool, about: list[str]) -> None:  # noqa: FBT001
    page = await Counter(listens=listens, speaks=speaks).page("settings")
    assert list(dict.fromkeys(one.argument.partition(" ")[0] for one in page.choices)) == about


async def test_recordings_can_be_deleted_where_nobody_listens_any_more(written: Counter) -> None:
    await written.prefer(OTHERWISE)
    page = await written.page("settings")
    assert rows(page) == [["Show numbers"], ["Delete recordings"]]
    deleted = await press(written, page, "Delete recordings")
    assert written.answer.forgets_recordings
    assert rows(deleted) == [["Show numbers"]]


async def test_each_button_changes_the_page_in_its_place(spoken: Counter) -> None:
    page = await spoken.page("voice")
    for label, shown in (
        ("Voice", "Questions come as voice messages, with their text."),
        ("Both", "Questions come as text at once, and a moment later as a voice message, too."),
        ("Text", "Questions come as text."),
        ("Detect it", "I detect the language"),
        ("English", "to be in English"),
        ("Keep recordings", "is kept"),
        ("Delete recordings", "is deleted once"),
        ("Hide numbers", "Numbers are hidden"),
    ):
        page = await press(spoken, page, label)
        assert page.replaces == "page"
        assert shown in page.text
    candidate = await spoken.store.candidate(CONVERSATION)
    assert await spoken.store.preferences(candidate) == Preferences(hide_numbers=True)


# The commands

CHANGES: list[tuple[str, str, dict[str, object]]] = [
    ("settings", "numbers off", {"hide_numbers": True}),
    ("settings", "numbers on", {"hide_numbers": False}),
    ("voice", "on", {"reply": VOICE}),
    ("voice", "off", {"reply": TEXT}),
    ("voice", "text", {"reply": TEXT}),
    ("voice", "voice", {"reply": VOICE}),
    ("voice", " Both ", {"reply": BOTH}),
    ("settings", "VOICE  on", {"reply": VOICE}),
    ("settings", "voice both", {"reply": BOTH}),
    ("settings", "language en", {"language": "en"}),
    ("settings", "language FR", {"language": "fr"}),
    ("settings", "language German", {"language": "de"}),
    ("settings", "language haitian  creole", {"language": "ht"}),
    ("settings", "language yue", {"language": "yue"}),
    ("settings", "language auto", {"language": ""}),
    ("settings", "recordings on", {"keep_recordings": True}),
    ("settings", "recordings off", {"keep_recordings": False}),
]


@pytest.mark.parametrize("before", [Preferences(), OTHERWISE])
@pytest.mark.parametrize(("command", "argument", "changed"), CHANGES)
async def test_a_command_changes_one_thing_and_leaves_the_others(
    spoken: Counter, command: str, argument: str, changed: dict[str, object], before: Preferences
) -> None:
    await spoken.prefer(before)
    page = await spoken.page(command, argument, OPEN)
    after = spoken.answer.preferences
    assert after
    for field in fields(Preferences):
        assert getattr(after, field.name) == changed.get(field.name, getattr(before, field.name))
    await spoken.prefer(after)
    assert rows(await spoken.page("settings")) == rows(page)
    assert spoken.answer.preferences is None


@pytest.mark.parametrize(
    ("command", "argument"),
    [
        ("voice", ""),
        ("settings", ""),
        ("settings", "voice"),
        ("settings", "numbers"),
        ("settings", "language"),
        ("settings", "recordings"),
    ],
)
async def test_what_changes_nothing_shows_the_page(spoken: Counter, command: str, argument: str) -> None:
    await spoken.prefer(OTHERWISE)
    page = await spoken.page(command, argument)
    assert page == await spoken.page("settings")
    assert spoken.answer.preferences is None
    assert not spoken.answer.forgets_recordings


@pytest.mark.parametrize(
    ("command", "argument"),
    [
        ("voice", "loud"),
        ("voice", "on and on"),
        ("settings", "voice perhaps"),
        ("settings", "recordings perhaps"),
        ("settings", "x" * 5000),
    ],
)
async def test_what_is_not_understood_changes_nothing_and_says_so(spoken: Counter, command: str, argument: str) -> None:
    page = await spoken.page(command, argument)
    assert page.blocks[1].text == wording.NOT_UNDERSTOOD
    assert spoken.answer.preferences is None
    assert not spoken.answer.forgets_recordings


@pytest.mark.parametrize("code", ["zz", "d", "deu", "d3", "ää", "en us", "klingon", "detect", "e" * 5000])
async def test_what_is_no_language_that_is_known_changes_nothing_and_says_so(spoken: Counter, code: str) -> None:
    page = await spoken.page("settings", f"language {code}")
    assert page.blocks[1].text == wording.BAD_LANGUAGE
    assert "changed nothing" in page.text
    assert spoken.answer.preferences is None


async def test_a_language_that_was_set_before_it_had_to_be_known_is_shown_as_it_is(spoken: Counter) -> None:
    await spoken.prefer(Preferences(language="zz"))
    page = await spoken.page("settings")
    assert rows(page)[2] == ["✓ “zz”", "English", "Detect it"]


async def test_recordings_that_are_not_wanted_any_more_are_deleted_and_that_is_said(spoken: Counter) -> None:
    for argument, forgets in (("recordings on", False), ("recordings off", True), ("recordings off", True)):
        page = await spoken.page("settings", argument)
        assert spoken.answer.forgets_recordings is forgets
        assert (wording.FORGOTTEN in page.text) is forgets
    await spoken.page("settings", "numbers off")
    assert not spoken.answer.forgets_recordings


@pytest.mark.parametrize(
    ("command", "argument", "said"),
    [
        ("voice", "on", "I cannot speak here"),
        ("voice", "both", "I cannot speak here"),
        ("settings", "voice voice", "I cannot speak here"),
        ("settings", "language auto", "I cannot listen to voice notes here"),
        ("settings", "language nonsense", "I cannot listen to voice notes here"),
        ("settings", "recordings on", "I cannot listen to voice notes here"),
    ],
)
async def test_what_cannot_be_had_is_said_and_nothing_is_kept(
    written: Counter, command: str, argument: str, said: str
) -> None:
    page = await written.page(command, argument)
    assert said in page.text
    assert "Nothing was changed." in page.text
    assert (len(page.blocks), page.choices) == (1, ())
    assert written.answer.preferences is None
    assert not written.answer.forgets_recordings


@pytest.mark.parametrize("argument", ["off", "text"])
async def test_whoever_wants_only_text_has_it_also_where_nobody_speaks(written: Counter, argument: str) -> None:
    await written.prefer(OTHERWISE)
    page = await written.page("voice", argument)
    assert page.blocks[1].text == wording.TEXT_ANYWAY
    assert written.answer.preferences == replace(OTHERWISE, reply=TEXT)


# The card


async def test_the_card_offers_how_questions_come(spoken: Counter) -> None:
    card = await spoken.page("setup", "tester coach 2 senior")
    assert [block.text for block in card.blocks][2:4] == ["2 questions, senior level.", "Questions come as text."]
    assert rows(card) == [
        ["Mock", "✓ Coach"],
        ["✓ 2", "All 3"],
        ["Junior", "Mid", "✓ Senior"],
        ["✓ Text", "Voice", "Both"],
        ["Start", "Another job"],
    ]
    assert choice(card, "Voice") == Choice("Voice", "setup", "tester coach 2 senior voice", row=3)
    assert card.default == choice(card, "Start") == Choice("Start", "interview", "tester coach 2 senior", row=4)
    assert spoken.answer.preferences is None


async def test_what_is_pressed_on_the_card_is_kept_and_shown_in_its_place(spoken: Counter) -> None:
    await spoken.prefer(replace(OTHERWISE, reply=TEXT))
    card = await press(spoken, await spoken.page("setup", "tester coach 2 senior"), "Voice")
    assert spoken.answer.preferences == replace(OTHERWISE, reply=VOICE)
    assert card.replaces == "page"
    assert rows(card)[3] == ["Text", "✓ Voice", "Both"]
    assert "Questions come as voice messages, with their text." in card.text


async def test_what_was_pressed_on_the_card_holds_for_what_follows(spoken: Counter) -> None:
    card = await press(spoken, await spoken.page("setup", "tester coach 2 senior"), "Both")
    card = await press(spoken, card, "Mock")
    assert spoken.answer.preferences is None
    assert rows(card)[3] == ["Text", "Voice", "✓ Both"]
    begin = choice(card, "Start")
    after, _ = await spoken.ask(begin.command, begin.argument)
    assert after
    assert (after.mode, len(after.plan)) == (Mode.MOCK, 2)
    assert spoken.answer.preferences is None


@pytest.mark.parametrize("command", ["interview", "setup"])
async def test_a_request_can_say_how_questions_come(spoken: Counter, command: str) -> None:
    await spoken.prefer(OTHERWISE)
    after, sent = await spoken.ask(command, "tester voice 2")
    assert spoken.answer.preferences == replace(OTHERWISE, reply=VOICE)
    assert (after is not None) is (command == "interview")
    assert "I cannot speak" not in sent[0].text


async def test_the_menu_of_jobs_keeps_how_questions_are_wanted(spoken: Counter) -> None:
    menu = await spoken.page("interview", "coach both")
    assert [one.argument for one in menu.choices] == ["tester coach both"]
    assert spoken.answer.preferences is None
    await press(spoken, menu, "Tester")
    assert spoken.answer.preferences == Preferences(reply=BOTH)


async def test_a_card_that_has_to_wait_keeps_how_questions_are_wanted(spoken: Counter) -> None:
    spoken.full = True
    after, [wait, card] = await spoken.ask("interview", "tester voice")
    assert after is None
    assert "has to wait" in wait.text
    assert "✓ Voice" in rows(card)[3]
    assert spoken.answer.preferences == Preferences(reply=VOICE)


@pytest.mark.parametrize("command", ["interview", "setup"])
async def test_nothing_is_kept_of_a_request_in_whose_way_an_interview_stands(spoken: Counter, command: str) -> None:
    page = await spoken.page(command, "tester voice", OPEN)
    assert "open interview" in page.text
    assert spoken.answer.preferences is None


async def test_the_card_has_no_such_row_where_nobody_speaks(written: Counter) -> None:
    await written.prefer(OTHERWISE)
    card = await written.page("setup", "tester voice", pressed_in="card")
    assert rows(card) == [["✓ Mock", "Coach"], ["✓ All 3"], ["Junior", "✓ Mid", "Senior"], ["Start", "Another job"]]
    assert "Questions come" not in card.text
    assert written.answer.preferences is None


@pytest.mark.parametrize(("asked", "is_told"), [("voice", True), ("both", True), ("text", False), ("", False)])
async def test_whoever_starts_a_spoken_interview_where_nobody_speaks_is_told_and_asked_in_writing(
    written: Counter,
    asked: str,
    is_told: bool,  # noqa: FBT001
) -> None:
    after, sent = await written.ask("interview", f"tester {asked}")
    assert after
    assert (sent[0] == wording.asked_in_writing()) is is_told
    assert not any("Nothing was changed" in one.text for one in sent)
    assert [one.kind for one in sent[-2:]] == [OutboundKind.NOTICE, OutboundKind.QUESTION]
    assert written.answer.preferences is None


async def test_every_button_of_the_card_fits_into_what_platforms_give_it() -> None:
    """Telegram has the least: 64 bytes, two of them for the command."""
    role = replace(ROLE, id="r" * 40, questions=tuple(replace(QUEUES, id=f"q{place}") for place in range(99)))
    counter = Counter(role, speaks=True)
    card = await counter.page("setup", f"{role.id} coach all senior")
    assert max(len(f"u:{one.argument}") for one in card.choices) == 64
    assert choice(card, "Voice").argument.endswith(" voice")


# What is said beforehand


@pytest.mark.parametrize("known", [True, False])
async def test_the_first_page_says_that_answers_can_be_spoken_and_what_becomes_of_them(
    spoken: Counter,
    written: Counter,
    known: bool,  # noqa: FBT001
) -> None:
    kept = "Voice notes are deleted once they are transcribed, unless you choose to keep them."
    for counter, is_said in ((spoken, True), (written, False)):
        candidate = await counter.store.candidate(CONVERSATION)
        unasked = await counter.desk.nothing_open(candidate, CONVERSATION)
        page = await counter.page("start", "", OPEN if known else None)
        for said in (page.text, str(unasked.effects)):
            assert (kept in said) is is_said
            assert ("written or as voice notes" in said) is is_said


@pytest.mark.parametrize(("listens", "speaks"), [(False, False), (False, True), (True, False), (True, True)])
async def test_how_it_works_and_help_tell_of_voice_where_it_can_be_had(listens: bool, speaks: bool) -> None:  # noqa: FBT001
    counter = Counter(listens=listens, speaks=speaks)
    how, listed = await counter.text("how"), await counter.text("help")
    assert ("by voice note, too" in how) is listens
    assert ("I can also ask aloud: /voice on." in how) is speaks
    assert ("/voice: " in listed) is speaks
    assert "/forget: delete everything I have kept of you" in listed
