"""Strings at which a text ends."""

from __future__ import annotations

from hfkit.text.stopping import StopWatch


def test_a_stop_within_the_beginning_of_a_longer_one_holds_where_the_text_ends() -> None:
    watch = StopWatch(["abcd", "bc"])
    assert watch.push("abc") == ""  # "abcd" would begin first
    assert not watch.stopped
    assert watch.finish() == "a"
    assert watch.stopped


def test_what_was_held_back_for_nothing_is_given_in_the_end() -> None:
    watch = StopWatch(["END"])
    assert watch.push("one EN") == "one "
    assert watch.finish() == "EN"
    assert not watch.stopped
