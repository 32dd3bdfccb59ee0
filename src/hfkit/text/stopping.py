"""Stop strings in a text that comes in pieces: found wherever pieces meet, and never shown in part."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["StopWatch"]


class StopWatch:
    """Watches a text for strings at which it ends.

    What might be the beginning of one is held back until it is known. The text ends before the string that
    begins first, whatever pieces it came in.

    >>> watch = StopWatch(["END"])
    >>> watch.push("one E"), watch.push("N"), watch.push("d EN"), watch.push("DER")
    ('one ', '', 'ENd ', '')
    >>> watch.stopped
    True
    """

    def __init__(self, stops: Sequence[str]) -> None:
        """Watch for any of these; none of them is empty."""
        self._stops = tuple(stops)
        self._held = ""
        self.stopped: bool = False

    def push(self, piece: str) -> str:
        """Take the next piece; give what of the text is now known to stand."""
        if self.stopped:
            return ""
        text = self._held + piece
        found = [place for place in map(text.find, self._stops) if place >= 0]
        # An earlier one may still be whole with what comes next: only what is before every beginning is known.
        begun = min((_beginning(text, stop) for stop in self._stops), default=len(text))
        if found and min(found) <= begun:
            self.stopped = True
            self._held = ""
            return text[: min(found)]
        known = min([begun, *found])
        self._held = text[known:]
        return text[:known]

    def finish(self) -> str:
        """Give what is held back: the text ends here, so it was the beginning of nothing."""
        text, self._held = self._held, ""
        found = [place for place in map(text.find, self._stops) if place >= 0]
        if found:
            self.stopped = True
            return text[: min(found)]
        return text

    def copy(self) -> StopWatch:
        """Give another that has seen the same."""
        twin = StopWatch(self._stops)
        twin._held, twin.stopped = self._held, self.stopped
        return twin


def _beginning(text: str, stop: str) -> int:
    """Give where the text's end may be the beginning of a string; the text's length if it is not."""
    for place in range(max(0, len(text) - len(stop) + 1), len(text)):
        if stop.startswith(text[place:]):
            return place
    return len(text)
