"""An open model survives what programs do: forks, spawned workers, threads."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import torch

import hfkit

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ["a good movie", "never a dull story " * 20, "bad"] * 10


def _scores(classify: hfkit.Classify) -> list[float]:
    return [result.score for result in classify.batch(TEXTS)]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize(("backend", "method"), [("torch", "fork"), ("torch", "spawn"), ("onnx", "fork")])
def test_a_worker_process_opens_its_own(
    backend: str, method: str, tiny_bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path))
    classify = hfkit.Classify(tiny_bert, runtime=hfkit.Runtime(backend=backend))
    expected = _scores(classify)
    torch.ones(600, 600) @ torch.ones(600, 600)  # the parent's thread pool is up: a naive child would hang
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method)) as pool:
        assert pool.submit(_scores, classify).result(timeout=120) == pytest.approx(expected, abs=1e-5)


def test_threads_share_one_model(tiny_bert: Path) -> None:
    classify = hfkit.Classify(tiny_bert)
    expected = _scores(classify)
    with ThreadPoolExecutor(4) as pool:
        for scores in pool.map(_scores, [classify.with_(top_k=1 + n) for n in range(4)]):
            assert scores == pytest.approx(expected, abs=1e-5)
