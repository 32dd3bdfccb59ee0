from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import hfkit
    from hfkit.values.data_report import FindingKind

    Only = Callable[[hfkit.DataReport, FindingKind], hfkit.Finding]


@pytest.fixture
def only() -> Only:
    """Give the one finding of a kind."""

    def find(report: hfkit.DataReport, kind: FindingKind) -> hfkit.Finding:
        (finding,) = report.of(kind)
        return finding

    return find
