"""A page over a facade: written, published as a Space, fetched, run, and asked as a visitor's browser does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import httpx2
import pytest
from huggingface_hub import HfApi

import hfkit
from hfkit.testing import LocalHub, write_tiny_classifier

SECONDS = 120


def asked(url: str, text: str) -> dict[str, object]:
    """Call the page's function as its own JavaScript does."""
    call = f"{url}/gradio_api/call/classify"
    event = httpx2.post(call, json={"data": [text]}, timeout=SECONDS).json()["event_id"]
    lines = httpx2.get(f"{call}/{event}", timeout=SECONDS).text.splitlines()
    assert "event: complete" in lines, lines
    (told,) = json.loads(next(line for line in lines if line.startswith("data: ")).removeprefix("data: "))
    return dict(told)


def test_a_space_runs_and_gives_what_the_model_gives(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    serve_page: Callable[[Path, Mapping[str, str]], AbstractContextManager[str]],
) -> None:
    folder = write_tiny_classifier(tmp_path / "model", labels=("bad", "good"))
    with LocalHub() as hub:
        monkeypatch.setenv("HF_TOKEN", hub.token)
        publish = hfkit.Publish("me/reviews", endpoint=hub.endpoint, license="mit", verify=False)
        demo = hfkit.Demo(
            hfkit.Classify(publish(folder).reference, runtime=hfkit.Runtime(threads=1)),
            title='Reviews of "films"',
            examples=("A fine film.",),
            license="mit",
        )
        page = publish.with_(repository="me/page", kind="space", verify=True)
        plan = page.plan(demo.write(tmp_path / "page"))
        assert plan.findings == ()
        done = page(plan)
        assert done.url == f"{hub.endpoint}/spaces/me/page/commit/{done.commit}"
        api = HfApi(endpoint=hub.endpoint, token=hub.token)
        fetched = api.snapshot_download("me/page", repo_type="space", local_dir=tmp_path / "fetched")

        with serve_page(Path(fetched), hub.environment()) as url:
            assert "gradio" in httpx2.get(url, timeout=SECONDS).text
            told = asked(url, "A fine film.")
    expected = hfkit.Classify(folder)("A fine film.")
    assert told["label"] == expected.label
    confidences = told["confidences"]
    assert isinstance(confidences, list)
    assert {one["label"]: one["confidence"] for one in confidences} == pytest.approx(
        {entry.label: entry.score for entry in expected.scores}, abs=1e-4
    )
