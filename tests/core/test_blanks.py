"""A rewritten answer holds no number and no name that its candidate did not say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.interviewers.blanks import blanked
from core.interviewers.numerals import numerals

SAME = [  # (what the candidate said, what stays as it is in the rewritten answer)
    ("I served 3 customers.", "I served three customers."),
    ("I served three customers.", "I served 3 customers."),
    ("It held 1,200 parcels.", "It held 1200 parcels."),
    ("It held 1200 parcels.", "It held 1,200 parcels."),
    ("It held 1 200 parcels.", "It held 1,200 parcels."),
    ("It held 1.200 parcels.", "It held 1,200 parcels."),
    ("It was 30 % faster.", "It was 30 percent faster."),
    ("It was thirty percent faster.", "It was 30% faster."),
    ("about three hundred boxes", "About 300 boxes came."),
    ("2500 boxes", "We packed two thousand five hundred boxes."),
    ("two hundred and five boxes", "We packed 205 boxes."),
    ("a hundred boxes", "We packed 100 boxes."),
    ("10k orders", "We took 10,000 orders."),
    ("ten thousand orders", "We took 10k orders."),
    ("1.2 million rows", "It had 1200000 rows."),
    ("5m rows", "It had five million rows."),
    ("a dozen chairs", "There were 12 chairs."),
    ("twenty-five chairs", "There were 25 chairs."),
    ("two times a week", "I called twice a week."),
    ("sales went up two times", "Sales doubled."),
    ("half the team was ill", "I worked with 50% of the team."),
    ("50 percent of the team was ill", "I worked with half of the team."),
    ("a third of the orders", "It was one third of the orders."),
    ("33% of the orders", "It was a third of the orders."),
    ("25 % of it", "It fell by a quarter."),
    ("p95 was 800 ms", "The p95 was 800ms."),
    ("p95 was bad", "The 95th percentile was bad."),
    ("the 3rd shop", "It was the third shop."),
    ("on the 4th try", "It worked on the fourth try."),
    ("version 3.11.2", "I moved to 3.11.2."),
    ("we ran v2.1", "We ran v2.1."),
    ("at 10:30", "It was 10:30."),
    ("3,5 hours", "It took 3.5 hours."),
    ("tenfold", "It grew by ten."),
    ("dozens of calls", "I took dozens of calls."),
    ("we used kubernetes", "Kubernetes made it easy, and I like Kubernetes."),
    ("we moved to Postgres.", "I chose Postgres's way."),
    ("on ec2", "It ran on EC2."),
    ("I did ci/cd", "I set up CI/CD."),
    ("I helped the team", "First, I helped the team. Second, one of them thanked me. I’m glad. OK?"),
    ("I helped", "Afterwards it was calm. Unfortunately nobody saw it. Working late helped. The shop was full."),
    ("I helped", "I said: “We will look at it.” They agreed."),
    ("three people", "Three people came."),
    ("I helped", "I sold [how many] units, [name of the product], and [what it brought]."),
    ("I helped", "The result was [Number of orders] more orders […]."),
    ("I helped", "Refunds came in. Later the refunds stopped."),
    ("I helped 日本", "I helped 日本."),
    ("10 in March", "It was 10 in march."),
    ("half an hour", "It took 1/2 an hour."),
    ("30 boxes", "Thirty boxes came, then Thirty more."),
    ("half of them", "½ of them left."),
    ("25 percent of them", "¼ of them left, a quarter of them."),
    ("two thirds", "It was ⅔ of it."),
    ("ten years", "It took a decade."),
    ("a hundred years ago", "It was a century ago."),
    ("two weeks", "It took a fortnight."),
    ("I sold shoes", "In the first quarter of the year I sold shoes."),
    ("zero complaints", "We had 0 complaints."),
]
BLANKED = [  # (what the candidate said, the rewritten answer, what it becomes)
    ("I sold shoes.", "I sold 120 shoes.", "I sold [number] shoes."),
    ("I sold shoes.", "I sold 30% more shoes.", "I sold [number]% more shoes."),
    ("I sold shoes.", "I sold shoes for $1,200.", "I sold shoes for $[number]."),
    ("I sold shoes.", "I sold three hundred and twenty shoes.", "I sold [number] shoes."),
    ("I sold shoes.", "I sold a hundred shoes.", "I sold [number] shoes."),
    ("I sold 3 shoes.", "I sold 3 thousand shoes.", "I sold [number] shoes."),
    ("I sold 10 shoes.", "I sold 10k shoes.", "I sold [number] shoes."),
    ("I sold shoes.", "I called twice a week.", "I called [number] a week."),
    ("I sold shoes.", "Sales doubled.", "Sales [number]."),
    ("I sold shoes.", "It took half the time.", "It took [number] the time."),
    ("I sold shoes.", "It fell by a third.", "It fell by [number]."),
    ("I sold shoes.", "It grew tenfold.", "It grew [number]."),
    ("I sold shoes.", "We had dozens of calls.", "We had [number] of calls."),
    ("I sold shoes.", "The p95 fell to 200ms.", "The [number] fell to [number]."),
    ("I sold shoes.", "It ran 24/7 since 2019.", "It ran [number] since [number]."),
    ("I sold shoes.", "It was 10:30, from 3-4 or 5 to 6.", "It was [number], from [number] or [number] to [number]."),
    ("I sold shoes.", "two hundred dozen, a hundred dozen", "[number], [number]"),
    ("20 shoes", "twenty zero", "twenty [number]"),
    ("two shoes", "nineteen ten, two three", "[number], two [number]"),
    ("I sold shoes.", "I moved to v2.1 and 3.11.2.", "I moved to [number] and [number]."),
    ("I sold shoes.", "½ of them left.", "[number] of them left."),
    ("I sold 2 shoes.", "I sold 2½ of them.", "I sold 2[number] of them."),
    ("I sold shoes.", "I sold ½Acme.", "I sold [number][name]."),
    ("I sold shoes.", "It rose by ⅔ or ¾.", "It rose by [number] or [number]."),
    ("I sold shoes.", "Then quarter of them left.", "Then [number] of them left."),
    ("I sold shoes.", "It took a decade.", "It took a [number]."),
    ("I sold shoes.", "It took decades.", "It took [number]."),
    ("I sold shoes.", "It took a fortnight.", "It took a [number]."),
    ("I had 2 shops.", "It ran on EC2 there.", "It ran on [name] there."),
    ("I had a queue.", "I had a queue in Kafka.", "I had a queue in [name]."),
    ("I had a queue.", "Kubernetes made it easy.", "[name] made it easy."),
    ("I had a queue.", "I asked Anna Maria Smith.", "I asked [name]."),
    ("I had a queue.", "I asked Anna, Maria and Tom-Tom.", "I asked [name], [name] and [name]."),
    ("I used Jira.", "I used Jira Cloud.", "I used Jira [name]."),
    ("I had a queue.", "I had a queue on my iPhone.", "I had a queue on my [name]."),
    ("I had a queue.", "I wrote it in Node.js, C++ and Go.", "I wrote it in [name], [name] and [name]."),
    ("I had a queue.", "The queue (RabbitMQ) was full.", "The queue ([name]) was full."),
    ("I had a queue.", "We had a queue [RabbitMQ].", "We had a queue [name]."),
    ("I had a queue.", "It fell by [40%] on [day].", "It fell by [number] on [day]."),
    ("I had a queue.", "It fell by [number] 40%.", "It fell by [number]%."),
    ("I had a queue.", "We asked COVID-19 wards.", "We asked [name] wards."),
    ("I had a queue.", "I asked her in March.", "I asked her in [name]."),
    ("I had a queue.", "PostgreSQL was slow. NASA called.", "[name] was slow. [name] called."),
    ("I had a queue.", "Ärzte came, and so did Łukasz.", "[name] came, and so did [name]."),
]


@pytest.mark.parametrize(("said", "rewritten"), SAME)
def test_what_was_said_in_another_form_stays(said: str, rewritten: str) -> None:
    assert blanked(rewritten, said) == rewritten


@pytest.mark.parametrize(("said", "rewritten", "expected"), BLANKED)
def test_what_was_never_said_becomes_a_blank(said: str, rewritten: str, expected: str) -> None:
    assert blanked(rewritten, said) == expected


def test_words_of_the_question_are_no_inventions() -> None:
    question = "Traffic will be ten times higher in three months. What does Kafka do?"
    assert blanked("In 3 months and 10 times higher, Kafka broke.", "it broke", question) == (
        "In 3 months and 10 times higher, Kafka broke."
    )


_words = st.sampled_from(
    ["I", "Jira", "p95", "3", "three", "hundred", "half", "EC2", "[when]", "sold", "shoes.", "A-B"]
)
prose = st.lists(_words, max_size=12).map(" ".join) | st.text(max_size=30) | st.text("aAIÉ12 ,.[]-–'%:/", max_size=30)


@given(prose, prose)
def test_what_was_said_itself_stays_and_nothing_else_gets_through_twice(text: str, said: str) -> None:
    assert blanked(text, said, text) == text
    once = blanked(text, said)
    assert blanked(once, said) == once


@given(st.integers(0, 999_999))
def test_a_number_in_words_is_the_number_in_digits(number: int) -> None:
    (numeral,) = numerals(in_words(number))
    assert numeral.values == {number}
    assert numeral.claims is (number != 1)


_ONES = """
zero one two three four five six seven eight nine
ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


def in_words(number: int) -> str:
    if number < 20:
        return _ONES.split()[number]
    if number < 100:
        return _TENS.split()[number // 10 - 2] + (f"-{in_words(number % 10)}" if number % 10 else "")
    size, name = (100, "hundred") if number < 1000 else (1000, "thousand")
    rest = f" and {in_words(number % size)}" if number % size else ""
    return f"{in_words(number // size)} {name}{rest}"


def test_a_sign_that_is_neither_letter_nor_digit_is_no_number() -> None:
    assert not [*numerals("chapter \u216b")]  # a Roman twelve in one sign
