"""Tune in two processes on the processor, started by Tune and by torchrun: they make the steps of one."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest
from safetensors.numpy import load_file

import hfkit
from hfkit import errors
from hfkit.testing import write_tiny_classifier

RUNTIME = hfkit.Runtime(device="cpu", threads=2, progress="never")


def reviews(count: int) -> list[dict[str, str]]:
    """Rows of uneven lengths, and in no number that two processes share evenly."""
    return [
        {
            "text": f"{'so ' * (number % 7)}{('a fine film', 'a dull film')[number % 2]} number {number}",
            "label": ("liked", "hated")[number % 2],
        }
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Without dropout, of which each process draws its own."""
    folder = write_tiny_classifier(tmp_path_factory.mktemp("base"))
    config = json.loads((folder / "config.json").read_text())
    config |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.fixture
def data() -> hfkit.Labelled:
    return hfkit.Labelled(train=reviews(45), validation=reviews(13))


@pytest.fixture
def tune(base: Path) -> hfkit.Tune:
    return hfkit.Tune(
        base,
        epochs=2,
        batch_size=9,
        learning_rate=5e-3,
        class_weights="balanced",
        precision="float32",
        runtime=RUNTIME,
    )


def largest_gap(one: Path, other: Path) -> float:
    """Compare all weights but the biases of keys: Adam steps by the sign of their noise."""
    first, second = (load_file(folder / "model.safetensors") for folder in (one, other))
    return max(
        float(np.abs(first[name] - second[name]).max()) for name in first if not name.endswith("key.bias")
    )


def test_two_processes_make_the_steps_of_one(
    tune: hfkit.Tune, data: hfkit.Labelled, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    alone = tune(data, tmp_path / "alone")
    together = tune.with_(processes=2)(data, tmp_path / "together")
    assert (alone.plan.processes, together.plan.processes) == (1, 2)
    assert together.steps == alone.steps == 10
    assert np.allclose(together.losses, alone.losses, rtol=1e-5)
    assert together.states == alone.states
    assert largest_gap(tmp_path / "alone", tmp_path / "together") < 1e-5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alone", "together"]
    assert capfd.readouterr() == ("", "")


def test_small_matrices_too(tune: hfkit.Tune, data: hfkit.Labelled, tmp_path: Path) -> None:
    lora = tune.with_(method=hfkit.Lora(rank=4))
    alone = lora(data, tmp_path / "alone")
    together = lora.with_(processes=2)(data, tmp_path / "together")
    assert np.allclose(together.losses, alone.losses, rtol=1e-5)
    assert together.states == alone.states


_SCRIPT = """
import sys
import hfkit
sys.path.insert(0, sys.argv[1])
from test_tune_processes import RUNTIME, reviews
data = hfkit.Labelled(train=reviews(45), validation=reviews(13))
tune = hfkit.Tune(sys.argv[2], epochs=int(sys.argv[4]), batch_size=9, learning_rate=5e-3, class_weights="balanced",
                  precision="float32", evaluate_every=5, processes=int(sys.argv[5]), runtime=RUNTIME)
report = tune(data, sys.argv[3])
print(f"{report.plan.processes} {report.steps}\\n", end="")  # in one write: two processes share the output
"""


def _script(folder: Path, base: Path, output: str, *, epochs: int, processes: int) -> list[str]:
    script = folder / "script.py"
    script.write_text(_SCRIPT, encoding="utf-8")
    given = [Path(__file__).parent, base, folder / output, epochs, processes]
    return [str(script), *map(str, given)]


def test_a_script_under_torchrun(tune: hfkit.Tune, base: Path, data: hfkit.Labelled, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"),
            *_script(tmp_path, base, "launched", epochs=2, processes=1),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["2", "10", "2", "10"]
    tune.with_(evaluate_every=5)(data, tmp_path / "alone")
    assert largest_gap(tmp_path / "alone", tmp_path / "launched") < 1e-5


def test_killed_with_all_its_processes_it_goes_on(base: Path, tmp_path: Path) -> None:
    command = [sys.executable, *_script(tmp_path, base, "killed", epochs=30, processes=2)]
    process = subprocess.Popen(command)
    work = tmp_path / ".killed.tuning"
    while process.poll() is None and not (work / "checkpoint-15" / "complete.json").exists():
        time.sleep(0.002)
    assert process.poll() is None
    started = psutil.Process(process.pid).children(recursive=True)
    assert len(started) == 3  # torchrun, and its two
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(started, timeout=60)
    assert alive == []
    assert not (tmp_path / "killed").exists()
    subprocess.run(command, check=True, capture_output=True)
    report = json.loads((tmp_path / "killed" / "training.json").read_text(encoding="utf-8"))
    assert report["resumed"] >= 15
    assert report["steps"] == 150
    assert not work.exists()


def test_what_a_process_raises_is_raised(tune: hfkit.Tune, data: hfkit.Labelled, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").touch()
    with pytest.raises(errors.OutputError, match="out has files that no training has made"):
        tune.with_(processes=2)(data, tmp_path / "out")


def test_processes_start_none(
    tune: hfkit.Tune, data: hfkit.Labelled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(errors.SettingError, match="processes is 2 in one of 2 processes, must be 1 there"):
        tune.with_(processes=2)(data, tmp_path / "out")
