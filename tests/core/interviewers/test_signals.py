"""What is found in a single sentence."""

from __future__ import annotations

import pytest

from core.interviewers.account import account
from core.interviewers.figures import figures
from core.interviewers.listing import is_item, is_list, list_share
from core.interviewers.orders import is_order
from core.interviewers.sentence import Holds, Sentence
from core.interviewers.unknowing import has_no_answer, is_gibberish
from core.roles import Role
from core.text import words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("we cut it by about a third", {"third"}),
        ("from 14 seconds to 120 ms", {"14", "120"}),
        ("sales rose by 12%", {"12"}),
        ("€1,200 a month", {"1,200"}),
        ("it took 3.5 hours", {"3.5"}),
        ("forty apple trees", {"forty"}),
        ("twenty-five of them, two hundred people", {"hundred", "two"}),
        ("we needed twice as long", {"twice"}),
        ("the error rate halved", {"halved"}),
        ("10x more", {"10"}),
        ("nine out of ten people", {"ten"}),
        ("three times a week", {"three"}),
        ("after two or three minutes", {"three"}),
        ("one of the best", set()),
        ("I am the number one", set()),
        ("number two was better", set()),
        ("before it was ten a week", {"ten"}),
        ("that was in 2021", set()),
        ("open 24/7", set()),
        ("I agree one hundred percent", set()),
        ("at half past eight", set()),
        ("I did two things", set()),
        ("in two or three words", set()),
        ("it returned 404 again", set()),
        ("the 3rd of May", set()),
        ("page 7", set()),
        ("no figure here", set()),
    ],
)
def test_figures(text: str, found: set[str]) -> None:
    assert figures(text) == found


@pytest.mark.parametrize(
    ("text", "is_bare"),
    [
        ("saw, rake, spade, hoe", True),
        ("I know sawing, raking, digging and hoeing", True),
        ("I have experience with saws, rakes, spades and hoes", True),
        ("sawing raking digging hoeing weeding mowing", True),
        ("I cleaned the saw, sharpened the rake and oiled the shears", False),
        ("First I dig, then I rake, then I sow, and then I water it", False),
        ("saw, rake, spade", False),
        ("We had saws, and they were old, so I bought one", False),
    ],
)
def test_lists(text: str, *, is_bare: bool) -> None:
    assert is_list(text) is is_bare
    assert 0.0 <= list_share(text) <= 1.0


def test_items() -> None:
    assert is_item("Soil sample.")
    assert not is_item("I took it.")
    assert not is_item("one two three four five")


@pytest.mark.parametrize(
    "text",
    [
        "I gave the customer a discount of 5 percent.",
        "We ignored the alert, which was a mistake.",
        "I decided to ignore the warning and bypass the cache.",
        "The system: a scheduler with two workers.",
        "We treat it as a duplicate and drop it.",
        "Every answer of the service should be given within 200 ms.",
        "I asked him to give us five stars on the website.",
        "We scored every supplier from 1 to 5 on price and quality.",
        "Then I wrote it into the list of stock levels.",
        "My manager told me to forget the old instructions, so I wrote new ones.",
        "The structure: three layers and 5 services.",
        "She is a level 3 support engineer.",
        "I put the change money in the till and started the system.",
        'The reply looked like {"status": "done", "level": 3}.',
        "We did a hackathon and built an admin panel.",
        "The criteria were price and delivery time.",
        "The assistant of my manager called the customer.",
        "They rated us five out of six in the survey.",
    ],
)
def test_no_orders(text: str) -> None:
    assert not is_order(text)


@pytest.mark.parametrize(
    "text",
    [
        "I don't know the exact number, but it was a third.",
        "We did not know whether it would work.",
        "If no answer comes, it tries again.",
        "I did not remember his name.",
        "I was not sure if the valve was open.",
        "She did not like it.",
        "We never lost an order.",
    ],
)
def test_not_knowing_one_thing_is_no_lack_of_an_answer(text: str) -> None:
    said = words(text)
    assert not has_no_answer(said) or said[0] == "if"


def test_gibberish_needs_words_that_nobody_knows() -> None:
    assert is_gibberish(["asdf", "jkl"], [False, False])
    assert not is_gibberish(["postgres", "grpc"], [True, True])
    assert not is_gibberish(["zucchini", "paprika"], [False, False])
    assert not is_gibberish([], [])


def only(role: Role, text: str) -> Sentence:
    (one,) = account(role, role.questions[0], text).reading.sentences
    return one


@pytest.mark.parametrize(
    ("text", "own", "team", "other"),
    [
        ("I cut the hedge and watered the roses", {"cut", "water"}, set(), set()),
        ("I quickly cut the hedge", {"cut"}, set(), set()),
        ("I was able to save the tree", {"save"}, set(), set()),
        ("I was digging all day", {"dig"}, set(), set()),
        ("I was afraid of wasps", set(), set(), set()),
        ("I am a friendly person", set(), set(), set()),
        ("I think about gardens", set(), set(), set()),
        ("We dug a hole and planted a birch", set(), {"dig", "plant"}, set()),
        ("Then count the plants", set(), {"count"}, set()),
        ("The boss planted a birch", set(), set(), {"plant"}),
        ("He is older than I and planted a birch", set(), set(), {"plant"}),
        ("One should dig", set(), set(), set()),
        ("I believe in gardens and he planted a birch", set(), set(), {"plant"}),
        ("I really always then also do", set(), set(), set()),
        ("I the gardener", set(), set(), set()),
        ("I solution it", set(), set(), set()),
        ("the end is I", set(), set(), set()),
    ],
)
def test_who_did_what(role: Role, text: str, own: set[str], team: set[str], other: set[str]) -> None:
    found = only(role, text).actions
    assert [set(found.own), set(found.team), set(found.other)] == [own, team, other]


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("I cut off forty branches.", Holds.SUBSTANCE),
        ("We watered the roses with nettle tea.", Holds.SUBSTANCE),
        ("The reason was a fungus in the roots.", Holds.SUBSTANCE),
        ("The old gardener had dug a ditch behind the shed.", Holds.SUBSTANCE),
        ("She agreed to the pond.", Holds.PLAIN),
        ("In the end it grew.", Holds.PLAIN),
        ("It is what it is.", Holds.NOTHING),
        ("To be honest, it is really very important to do the right thing in the right way.", Holds.NOTHING),
        ("That is, I would say, in one word or in a few words, what I can tell about that garden.", Holds.NOTHING),
        (
            "That, I would say, is more or less all that I can honestly mention to you about gnomes today.",
            Holds.NOTHING,
        ),
        ("I think it was good and important work, and we all tell that story with a certain pride.", Holds.NOTHING),
        ("It is about nice gnome words.", Holds.PLAIN),
    ],
)
def test_what_a_sentence_is_worth(role: Role, text: str, holds: Holds) -> None:
    assert only(role, text).holds is holds


def test_a_sentence_said_twice_is_read_once(role: Role) -> None:
    said = "I cut off forty branches."
    assert len(account(role, role.questions[0], f"{said} {said} {said}").reading.sentences) == 1
