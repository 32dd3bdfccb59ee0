"""One thread at a time opens or traces a model.

transformers and torch change themselves while they do: ``from_pretrained`` puts empty functions in the place of
``PreTrainedModel.tie_weights`` and takes back what it found there. Two at once leave an empty one behind, and no model
of the process gets a tied head from then on. So it is with the default number type and with the exporter.
"""

from __future__ import annotations

import os
import threading

__all__ = ["opening_lock"]

opening_lock: threading.RLock = threading.RLock()

# A child that is forked in the middle of it would keep those changes, and the lock: the fork waits.
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(
        before=opening_lock.acquire,
        after_in_parent=opening_lock.release,
        after_in_child=opening_lock.release,
    )
