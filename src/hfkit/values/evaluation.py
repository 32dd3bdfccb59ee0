"""What was evaluated, on what, and how fast."""

from __future__ import annotations

from dataclasses import dataclass

from .statistics import Statistics

__all__ = ["EvaluatedData", "Speed"]


@dataclass(frozen=True, slots=True)
class EvaluatedData:
    """The rows that a model was evaluated on.

    Attributes:
        task: the type of the data: ``"Labelled"``, ``"Squad"``.
        split: which of its splits.
        rows: how many rows.
        fingerprint: of the table, ``sha256:`` and the hash of its rows.
    """

    task: str
    split: str
    rows: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Speed:
    """How long the model took for all rows, its opening and the scoring of its answers left out.

    Attributes:
        seconds: on the clock.
        statistics: what was computed: forwards, tokens, padding; its ``inputs`` are the rows.

    >>> speed = Speed(seconds=0.5, statistics=Statistics(inputs=100, tokens=2000))
    >>> speed.rows_per_second, speed.tokens_per_second
    (200.0, 4000.0)
    """

    seconds: float
    statistics: Statistics

    @property
    def rows_per_second(self) -> float:
        """Rows for each second."""
        return self.statistics.inputs / self.seconds if self.seconds else 0.0

    @property
    def tokens_per_second(self) -> float:
        """Tokens that had to be read or written, without padding, for each second."""
        return self.statistics.tokens / self.seconds if self.seconds else 0.0

    def to_dict(self) -> dict[str, object]:
        """Give the speed as a dict of JSON values, rates included."""
        from .jsonable import to_json_value

        return {
            "seconds": self.seconds,
            "rows_per_second": self.rows_per_second,
            "tokens_per_second": self.tokens_per_second,
            "statistics": to_json_value(self.statistics),
        }
