"""One of the processes that train together; started by :mod:`hfkit.jobs.tuning.launching`."""

from __future__ import annotations

import os
import pickle
import sys
import threading
from pathlib import Path

import torch.distributed

from hfkit.jobs.tuning.beginning import tune_model
from hfkit.jobs.tuning.launching import OUTCOME

__all__ = ["train_beside"]


def train_beside() -> None:
    """Train, and leave the report or what was raised in a file."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    job = Path(sys.argv[1])
    settings, data, output = pickle.loads(job.read_bytes())  # noqa: S301  # written by the process that waits for this
    outcome: object
    try:
        outcome = tune_model(settings, data, output)
    except Exception as error:  # noqa: BLE001  # raised again by the process that waits
        outcome = error
    file = job.with_name(OUTCOME.format(number=os.environ["RANK"]))
    draft = file.with_suffix(".draft")
    draft.write_bytes(pickle.dumps(outcome))
    draft.replace(file)
    if isinstance(outcome, Exception):
        os._exit(1)  # the others may wait for this one for ever: torchrun ends them
    _end_together()


def _end_together() -> None:
    """End once all are done, and at once: nothing that a library does at its end can then undo what was trained."""
    if torch.distributed.is_initialized():
        torch.distributed.barrier()
        torch.distributed.destroy_process_group()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _end_with_parent() -> None:
    """End at once when the process that waits for this one is gone: it held the other end of the input."""
    os.read(sys.stdin.fileno(), 1)  # the buffer of sys.stdin would be locked while the interpreter ends
    os._exit(1)


if __name__ == "__main__":
    train_beside()
