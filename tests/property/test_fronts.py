from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hfkit.metrics.fronts import pareto_front

POINTS = st.lists(st.tuples(*[st.integers(0, 4).map(float)] * 3), min_size=1, max_size=12)


@given(POINTS)
def test_every_point_is_on_the_front_or_beaten_by_one_that_is(points: list[tuple[float, ...]]) -> None:
    """The front is never empty, nothing on it beats another, and all else is beaten by something on it."""
    front = pareto_front(points)
    beats = {
        place: [
            one
            for one in front
            if points[one] != points[place]
            and all(mine >= its for mine, its in zip(points[one], points[place], strict=True))
        ]
        for place in range(len(points))
    }
    assert front
    assert all((place in front) == (not beats[place]) for place in beats)


@given(POINTS, st.randoms())
def test_the_front_does_not_depend_on_the_order(points: list[tuple[float, ...]], chance: object) -> None:
    """The same points in another order have the same front."""
    order = list(range(len(points)))
    getattr(chance, "shuffle")(order)  # noqa: B009  # hypothesis leaves the type open
    moved = pareto_front([points[place] for place in order])
    assert sorted(order[place] for place in moved) == list(pareto_front(points))
