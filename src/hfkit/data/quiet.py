"""Keep datasets and the client of the hub from printing, and what transforms made from outliving the process.

datasets names what ``map`` made by a hash of the function and finds it again in later runs. The hash does not see
into the modules that a function calls, so an edited one would be served yesterday's rows; and what cannot be hashed
warns. In here transforms are always run, and what they write lies in a folder that is gone with the process.
"""

from __future__ import annotations

from logging import CRITICAL
from typing import TYPE_CHECKING

from hfkit._silence import Silence

if TYPE_CHECKING:
    from contextlib import AbstractContextManager, ExitStack

__all__ = ["quiet_datasets"]


def _silence(settings: ExitStack) -> None:
    # Not with this module: who names a kind of data, such as Publish, needs no datasets for it.
    import huggingface_hub.constants
    from datasets import config, disable_caching, enable_caching, is_caching_enabled
    from datasets.utils import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
        logging,
    )
    from huggingface_hub.utils import (  # type: ignore[attr-defined]
        are_progress_bars_disabled as are_hub_bars_disabled,
    )
    from huggingface_hub.utils import (  # type: ignore[attr-defined]
        disable_progress_bars as disable_hub_bars,
    )
    from huggingface_hub.utils import (  # type: ignore[attr-defined]
        enable_progress_bars as enable_hub_bars,
    )
    from huggingface_hub.utils import logging as hub_logging

    settings.callback(logging.set_verbosity, logging.get_verbosity())
    logging.set_verbosity(CRITICAL)
    # Where the environment says that there be bars, or none, datasets lets nobody change it.
    if config.HF_DATASETS_DISABLE_PROGRESS_BARS is None and not are_progress_bars_disabled():
        settings.callback(enable_progress_bars)
        disable_progress_bars()
    if huggingface_hub.constants.HF_HUB_DISABLE_PROGRESS_BARS is None and not are_hub_bars_disabled():
        settings.callback(enable_hub_bars)
        disable_hub_bars()
    settings.callback(hub_logging.set_verbosity, hub_logging.get_verbosity())
    hub_logging.set_verbosity(CRITICAL)
    if is_caching_enabled():
        settings.callback(enable_caching)
        disable_caching()


_datasets = Silence(_silence)


def quiet_datasets() -> AbstractContextManager[None]:
    """Silence logs, bars and kept transforms until the last call has left; then put the caller's settings back."""
    return _datasets.held()
