"""Messages that nobody can mend are dropped, and no others."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from hfkit.backends.torch.library_noise import drop_library_noise

if TYPE_CHECKING:
    import pytest


def test_news_is_let_through_and_noise_is_not(caplog: pytest.LogCaptureFixture) -> None:
    drop_library_noise()
    drop_library_noise()
    logger = logging.getLogger("torchao")
    logger.warning("Failed to load a kernel for another machine")
    logger.warning("something else is wrong")
    logging.getLogger("torch.utils._pytree").warning("%s is none", "Enum")
    assert [record.getMessage() for record in caplog.records] == ["something else is wrong", "Enum is none"]
    assert len(logger.filters) == 1
