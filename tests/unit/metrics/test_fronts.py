"""The points that nothing beats."""

from __future__ import annotations

from hfkit.metrics.fronts import pareto_front


def test_what_is_beaten_is_left_out() -> None:
    assert pareto_front([]) == ()
    assert pareto_front([(1.0, 1.0)]) == (0,)
    assert pareto_front([(1.0, 1.0), (1.0, 2.0), (0.0, 2.0)]) == (1,)


def test_equal_points_stand_or_fall_together() -> None:
    assert pareto_front([(1.0, 2.0), (1.0, 2.0), (2.0, 1.0)]) == (0, 1, 2)
    assert pareto_front([(1.0, 2.0), (1.0, 2.0), (2.0, 2.0)]) == (2,)
