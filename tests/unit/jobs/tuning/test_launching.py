"""What is told of processes that ended without a word of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import hfkit
from hfkit.errors import TrainingError
from hfkit.jobs.tuning import launching

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

# As torchrun 2.13 tells of a process that was ended by a signal.
SAID = b"""terminate called after throwing an instance of 'std::bad_alloc'
W1128 05:18:07 Sending process 5304 closing signal SIGTERM
E1128 05:18:07 failed (exitcode: -6) local_rank: 0 (pid: 5303) of binary: python
Traceback (most recent call last):
  File "<frozen runpy>", line 198, in _run_module_as_main
torch.distributed.elastic.multiprocessing.errors.ChildFailedError:
"""


def test_the_last_words_are_those_of_the_process_and_not_of_who_started_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def end(_folder: Path, _processes: int, said: BinaryIO, _environment: object) -> int:
        said.write(SAID)
        return 1

    monkeypatch.setattr(launching, "_run", end)
    tune = hfkit.Tune("base", processes=2)
    data = hfkit.Labelled(train=[{"text": "good", "label": "yes"}])
    with pytest.raises(TrainingError) as caught:
        launching.train_together(tune, data, tmp_path / "output")
    assert "ended with status 1: terminate called after throwing" in caught.value.message
    assert caught.value.message.endswith("failed (exitcode: -6) local_rank: 0 (pid: 5303) of binary: python")
    assert caught.value.hint
