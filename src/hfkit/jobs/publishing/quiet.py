"""Keep the client of the hub from printing, and from warning of its own use of another library."""

from __future__ import annotations

import warnings
from logging import CRITICAL
from typing import TYPE_CHECKING

from huggingface_hub.utils import logging as hub_logging

from hfkit._silence import Silence

if TYPE_CHECKING:
    from contextlib import AbstractContextManager, ExitStack

__all__ = ["quiet_client"]

# The plan has findings of the same.
_TOLD_BY_THE_PLAN = (
    r"Warnings while validating metadata in README\.md:\n- empty or missing yaml metadata in repo card\Z",
    r"It seems that you are about to commit a data file \(",
)


def _silence_client(settings: ExitStack) -> None:
    # It writes each failed try to the log, with the address, which for large files is signed.
    settings.callback(hub_logging.set_verbosity, hub_logging.get_verbosity())
    hub_logging.set_verbosity(CRITICAL)
    # huggingface_hub 2.4 hands a large file to httpx2 in a way that is about to go. The filter is by the text of
    # this one warning; all others are shown or raised as before.
    settings.enter_context(warnings.catch_warnings())
    warnings.filterwarnings("ignore", message="Use 'content=", category=DeprecationWarning)
    for told in _TOLD_BY_THE_PLAN:
        warnings.filterwarnings("ignore", message=told, category=UserWarning)


_client = Silence(_silence_client)


def quiet_client() -> AbstractContextManager[None]:
    """Silence logs and that warning until the last call has left."""
    return _client.held()
