from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.agreement import agreement, percentile, stability

PAIRS = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=60)


def by_matrix(pairs: list[tuple[int, int]]) -> float | None:
    """Quadratic weighted kappa as it is defined: observed and expected counts, weighted by squared distance."""
    size, total = range(1, 6), len(pairs)
    observed = sum((i - j) ** 2 * pairs.count((i, j)) for i in size for j in size)
    rows = {i: sum(one == i for one, _ in pairs) for i in size}
    columns = {j: sum(other == j for _, other in pairs) for j in size}
    expected = sum((i - j) ** 2 * rows[i] * columns[j] / total for i in size for j in size)
    return 1 - observed / expected if expected else None


@given(PAIRS)
def test_kappa_is_the_one_of_the_definition(pairs: list[tuple[int, int]]) -> None:
    found = agreement(pairs)
    assert found is not None
    assert found.kappa == pytest.approx(by_matrix(pairs))


def test_the_figures_of_a_small_example() -> None:
    found = agreement([(1, 1), (2, 3), (3, 5), (5, 4)])
    assert found is not None
    assert (found.answers, found.signed_error, found.exact, found.adjacent) == (4, 0.5, 0.25, 0.75)
    assert found.kappa == pytest.approx(1 - 1.5 / 4.625)


def test_one_who_always_gives_four_agrees_no_more_than_chance() -> None:
    pairs = [(random.Random(seed).randint(1, 5), 4) for seed in range(99)]
    found = agreement(pairs)
    assert found is not None
    assert found.kappa == pytest.approx(0)
    assert found.signed_error > 0.5


def test_where_all_levels_are_the_same_kappa_says_nothing() -> None:
    found = agreement([(3, 3), (3, 3)])
    assert found is not None
    assert (found.kappa, found.exact) == (None, 1.0)


def test_nothing_graded_has_no_figures() -> None:
    assert agreement([]) is None
    assert stability([]) is None


def test_stability_counts_answers_graded_the_same_and_the_mean_spread() -> None:
    found = stability([[(3, 3, 3), (3, 3, 3)], [(1, 2, 3), (1, 4, 4), (1, 3, 3)]])
    assert found is not None
    assert (found.answers, found.same, found.spread) == (2, 0.5, 0.5)


def test_a_percentile_is_one_of_the_values() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert [percentile(values, share) for share in (0, 0.5, 0.6, 0.95, 1)] == [1, 3, 3, 5, 5]
    assert percentile([7.0], 0.95) == 7
