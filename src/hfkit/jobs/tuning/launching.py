"""Start the processes that train together."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import torch

from hfkit.backends.cores import cores
from hfkit.backends.torch.placement import choose_device
from hfkit.errors import HfkitError, SettingError, TrainingError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

    from hfkit.data.task import TaskData
    from hfkit.values.tune_report import TuneReport
    from hfkit.values.tuning import TuneSettings

__all__ = ["OUTCOME", "require_alone", "train_together"]

OUTCOME = "outcome-{number}.pickle"
"""The file in which a process leaves its report, or what it raised."""

_JOB = "job.pickle"

_SAID = 2000  # characters of what the processes said last that an error tells

# How torchrun begins to tell that one ended: pages of its own calls follow.
_ENDED = "failed (exitcode: "


def require_alone(settings: TuneSettings) -> None:
    """See that processes can be started.

    Raises:
        SettingError: this process is one of several already, or there are fewer devices than processes.
    """
    launched = int(os.environ.get("WORLD_SIZE", "1"))
    if launched > 1:
        raise SettingError(
            f"processes is {settings.processes} in one of {launched} processes, must be 1 there",
            hint="leave processes=1 under torchrun and accelerate launch",
        )
    device = choose_device(settings.runtime.device)
    if device.type == "cuda" and settings.processes > torch.cuda.device_count():
        raise SettingError(
            f"processes is {settings.processes}, this machine has {torch.cuda.device_count()} devices",
            hint="start as many processes as there are devices",
        )


def train_together(settings: TuneSettings, data: TaskData, output: Path) -> TuneReport:
    """Train in several processes that ``torchrun`` starts; they end when this one does, however it ends.

    Raises:
        HfkitError: what training raises, as the process raised it.
        TrainingError: a process ended without a word.
    """
    with tempfile.TemporaryDirectory(prefix="hfkit-tune-") as scratch:
        folder = Path(scratch)
        threads = settings.runtime.threads or cores()
        own = replace(settings.runtime, threads=max(1, threads // settings.processes))
        (folder / _JOB).write_bytes(pickle.dumps((replace(settings, processes=1, runtime=own), data, output)))
        said = folder / "said.txt"
        with said.open("wb") as stream:
            status = _run(folder, settings.processes, stream, {"OMP_NUM_THREADS": str(own.threads)})
        outcomes = [folder / OUTCOME.format(number=number) for number in range(settings.processes)]
        ended = [pickle.loads(file.read_bytes()) for file in outcomes if file.exists()]  # noqa: S301  # our own
        errors = [outcome for outcome in ended if isinstance(outcome, Exception)]
        if errors:  # what one raised for itself, before what the others raised because it was gone
            raise min(errors, key=lambda error: not isinstance(error, HfkitError))
        if status or not ended:
            words = _last_words(said.read_text(encoding="utf-8", errors="replace"))
            raise TrainingError(
                f"the {settings.processes} processes ended with status {status}: {words}",
                hint="call again: it goes on from the last checkpoint",
            )
        return cast("TuneReport", ended[0])


def _last_words(said: str) -> str:
    """Give what processes said last, and which of them ended how."""
    own, ended, report = said.partition(_ENDED)
    return (own + ended + report.partition("\n")[0])[-_SAID:].strip()


def _run(folder: Path, processes: int, said: BinaryIO, environment: Mapping[str, str]) -> int:
    """Run the job of a folder; give the exit status."""
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--standalone"),
        *("--nproc-per-node", str(processes)),
        *("--module", "hfkit.jobs.tuning.process", str(folder / _JOB)),
    ]
    with subprocess.Popen(  # noqa: S603  # our own module
        command,
        stdin=subprocess.PIPE,  # it is closed when this process ends, however it ends: they end then too
        stdout=said,
        stderr=subprocess.STDOUT,
        env={**os.environ, **environment},
    ) as started:
        try:
            return started.wait()
        except BaseException:
            started.terminate()
            raise
