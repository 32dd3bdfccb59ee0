from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pytest

from hfkit.errors import MissingDependencyError, SettingError
from hfkit.interop.confusion_plot import plot_confusion
from hfkit.interop.reliability_plot import plot_reliability
from hfkit.metrics.calibration import score_probabilities
from hfkit.values.bootstrap import Bootstrap
from hfkit.values.classification_scores import Confusion

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.values.classification_scores import Calibration

CONFUSION = Confusion(("no $x_1$", "是", "y" * 60), ((31, 2, 0), (4, 1500, 1), (0, 0, 0)))


@pytest.fixture
def calibration() -> Calibration:
    sure = np.linspace(0.4, 1, 50)
    return score_probabilities(
        np.stack((sure, 1 - sure), axis=1), np.arange(50) % 3 // 2, bootstrap=Bootstrap(resamples=2)
    )


def size_of(path: Path) -> tuple[int, int]:
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG\r\n")
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def test_a_confusion_is_drawn_as_png(tmp_path: Path) -> None:
    plot_confusion(CONFUSION, tmp_path / "a.PNG")
    assert min(size_of(tmp_path / "a.PNG")) > 300
    assert [file.name for file in tmp_path.iterdir()] == ["a.PNG"]


def test_a_confusion_of_many_labels_has_room_for_them(tmp_path: Path) -> None:
    labels = tuple(f"label number {number}" for number in range(77))
    plot_confusion(Confusion(labels, tuple(map(tuple, np.eye(77, dtype=int).tolist()))), tmp_path / "a.png")
    assert min(size_of(tmp_path / "a.png")) > 77 * 0.2 * 150


def test_a_plot_is_drawn_as_svg_the_same_each_time(tmp_path: Path, calibration: Calibration) -> None:
    for name in ("a.svg", "b.svg"):
        plot_reliability(calibration, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert ET.parse(tmp_path / "a.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314  # our own
    plot_confusion(CONFUSION, tmp_path / "c.svg")


def test_pyplot_and_its_settings_are_left_alone(tmp_path: Path, calibration: Calibration) -> None:
    before, known = dict(mpl.rcParams), "matplotlib.pyplot" in sys.modules
    plot_reliability(calibration, tmp_path / "a.png")
    plot_confusion(CONFUSION, tmp_path / "b.png")
    assert dict(mpl.rcParams) == before
    assert ("matplotlib.pyplot" in sys.modules) == known


@pytest.mark.parametrize("name", ["a.jpg", "a", "png"])
def test_a_file_is_png_or_svg(name: str, tmp_path: Path, calibration: Calibration) -> None:
    message = f"a plot's file is {name!r}, must end in .png or .svg"
    with pytest.raises(SettingError, match=f"^{re.escape(message)}\n"):
        plot_confusion(CONFUSION, tmp_path / name)
    with pytest.raises(SettingError, match=f"^{re.escape(message)}\n"):
        plot_reliability(calibration, tmp_path / name)


def test_the_folder_is_there(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"^folder '.*nowhere' is not there\n"):
        plot_confusion(CONFUSION, tmp_path / "nowhere" / "a.png")


def test_a_plot_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.png"
    file.write_text("old")

    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("matplotlib.figure.Figure.savefig", fail)
    with pytest.raises(OSError, match="disk full"):
        plot_confusion(CONFUSION, file)
    assert [one.read_text() for one in tmp_path.iterdir()] == ["old"]


def test_matplotlib_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingDependencyError, match=r"^matplotlib is not installed\n") as caught:
        plot_confusion(CONFUSION, tmp_path / "a.png")
    assert caught.value.hint == "pip install 'hfkit[evaluate]'"
