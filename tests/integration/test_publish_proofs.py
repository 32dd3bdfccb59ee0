"""What Publish promises whatever happens: the plan is what is done, no fault leaves half of it, no secret gets out."""

from __future__ import annotations

import itertools
import logging
import os
import pickle
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import hfkit
from hfkit.errors import OvertakenError, RefusedFolderError, SettingError, UnprovenPublicationError
from hfkit.testing import LocalHub, write_tiny_classifier
from publishing_faults import FAULTS, fault_table, half_published

pytestmark = pytest.mark.usefixtures("quick_retries")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hfkit.jobs.publishing.asking.time.sleep", lambda _seconds: None)


@pytest.fixture(scope="module")
def shared_hub() -> Iterator[LocalHub]:
    """One hub for all; each test has a repository of its own."""
    with LocalHub() as hub, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_TOKEN", hub.token)
        yield hub


_numbers = itertools.count()


def publisher(hub: LocalHub) -> hfkit.Publish:
    """Publish files that are no model, with no card, into a repository that is not there yet."""
    return hfkit.Publish(
        f"org/rows-{next(_numbers)}", kind="dataset", write_card=False, endpoint=hub.endpoint
    )


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder


# --- the plan is what happens

PATHS = ["a.txt", "README.md", "w.safetensors", "f/a.txt", "f/[b] ü.bin", "f/g/h.json", ".hidden"]
trees = st.dictionaries(st.sampled_from(PATHS), st.binary(max_size=3), max_size=6).map(
    lambda files: {path: b"# A" if path == "README.md" else content for path, content in files.items()}
)


@given(trees.filter(bool), trees | st.none(), st.sets(st.sampled_from(["*.txt", "f/*", "*.bin", "*"])))
@settings(
    max_examples=25, phases=[Phase.explicit, Phase.generate]
)  # no shrinking: each example takes a while
def test_a_planned_difference_is_what_happens(
    shared_hub: LocalHub, local: dict[str, bytes], remote: dict[str, bytes] | None, delete: set[str]
) -> None:
    publish = publisher(shared_hub).with_(delete=tuple(sorted(delete)), readme="folder", accept=("pickle",))
    name = publish.repository
    if remote is not None:
        shared_hub.create(name, remote, kind="dataset")
    with TemporaryDirectory() as scratch:
        plan = publish.plan(write(Path(scratch), local))
        done = publish(plan)
    repository = shared_hub.repository(name, kind="dataset")
    before, after = repository.history[done.parent].files, repository.history[done.commit].files
    touched = {
        path
        for path in {*before, *after}
        if (before[path].content if path in before else None)
        != (after[path].content if path in after else None)
    }
    assert touched == {change.path for change in plan.files if change.change != "unchanged"}
    for change in plan.files:
        if change.change == "deleted":
            assert change.path not in after
            assert change.bytes == before[change.path].size
        else:
            there = after[change.path]
            assert (there.content, there.sha256) == (local[change.path], change.sha256)
            assert (there.lfs, there.size) == (change.storage == "lfs", change.bytes)
    assert {*local, *plan.kept} == {path for path in after if path != ".gitattributes" or path in plan.kept}
    assert repository.branches["main"] == done.commit
    assert len(repository.commits) <= 2 + (remote is not None)


# --- faults, each once at each request of a publication

FILES = {
    "README.md": b"---\nlicense: mit\n---\n# Mine\n",
    "rows.csv": b"text\na\n",
    "weights.safetensors": b"large" * 400,
}
STEPS = 14  # requests of one publication that differ


def assert_published(hub: LocalHub, publish: hfkit.Publish, folder: Path) -> None:
    """The first call or the second: all of it, once."""
    assert half_published(hub, publish, folder) is None
    assert publish(folder).commit == hub.repository(publish.repository, kind="dataset").branches["main"]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_loses_or_halves_anything(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "rows", FILES)
    with LocalHub() as hub:
        monkeypatch.setenv("HF_TOKEN", hub.token)
        table = list(fault_table(hub, folder, [fault]))
        assert hub.faults_to_come == 0
    assert len(table) >= STEPS
    assert {came for *_, came, _ in table} == {"published"}


def test_who_is_overtaken_at_any_request_publishes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "rows", FILES)
    with LocalHub() as hub:
        monkeypatch.setenv("HF_TOKEN", hub.token)
        for step in ("preupload", "lfs-batch", "lfs-verify", "commit"):
            publish = publisher(hub)
            hub.create(publish.repository, {"theirs.txt": b"t"}, kind="dataset")
            hub.overtake(step)
            with pytest.raises(OvertakenError):
                publish(folder)
            held = hub.repository(publish.repository, kind="dataset").files()
            assert held.keys() == {".gitattributes", "theirs.txt", "OVERTAKEN.md"}, step
            publish(folder)
            held = hub.repository(publish.repository, kind="dataset").files()
            assert held.keys() == {".gitattributes", "theirs.txt", "OVERTAKEN.md", *FILES}


def test_a_pull_request_whose_answer_is_lost_is_opened_once(shared_hub: LocalHub, tmp_path: Path) -> None:
    publish = publisher(shared_hub).with_(pull_request=True)
    shared_hub.create(publish.repository, {"theirs.txt": b"t"}, kind="dataset")
    shared_hub.cut("commit")
    done = publish(write(tmp_path / "rows", FILES))
    (opened,) = shared_hub.repository(publish.repository, kind="dataset").pull_requests
    assert (done.commit, done.pull_request) == (opened.head, 1)


def test_thirty_mebibytes_are_sent_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "rows", {"rows.parquet": Random(0).randbytes(30 * 2**20), "a.txt": b"a"})
    with LocalHub() as hub:
        monkeypatch.setenv("HF_TOKEN", hub.token)
        publish = publisher(hub).with_(attempts=1)
        hub.fail("lfs-upload", status=503)  # the client tries that one again itself
        hub.drop("commit")
        with pytest.raises(hfkit.errors.OfflineError):
            publish(folder)
        assert hub.repository(publish.repository, kind="dataset").files().keys() == {".gitattributes"}
        assert publish(folder).verified is not None
        sent = [request.status for request in hub.requests if request.step == "lfs-upload"]
        assert sent == [503, 200]


# --- killed at any moment

CODE = """
import sys, hfkit
hfkit.Publish(sys.argv[1], kind="dataset", write_card=False, tag="v1")(sys.argv[2])
"""


@pytest.mark.parametrize(
    ("reached", "held"),
    [("create-repo", "tree"), ("lfs-batch", "lfs-upload"), ("lfs-verify", "commit"), ("commit", "tag")],
)
def test_a_killed_publication_leaves_the_old_commit_or_the_new_one(
    reached: str, held: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "rows", FILES)
    with LocalHub() as hub:
        monkeypatch.setenv("HF_TOKEN", hub.token)
        publish = publisher(hub).with_(tag="v1")
        hub.slow(held, seconds=2)  # type: ignore[arg-type]
        command = [sys.executable, "-c", CODE, publish.repository, str(folder)]
        process = subprocess.Popen(command, env=os.environ | hub.environment())
        try:
            while not any(request.step == reached for request in hub.requests):
                assert process.poll() is None
                Event().wait(0.02)
        finally:
            process.kill()
            process.wait()
        repository = hub.repository(publish.repository, kind="dataset")
        assert {path for path in repository.files() if path != ".gitattributes"} in (set(), {*FILES})
        publish(folder)
        assert_published(hub, publish, folder)
        sent = [request.status for request in hub.requests if request.step == "lfs-upload"]
        assert sent == [200], "what has arrived is not sent again"


# --- no secret gets out

TOKEN = "hf_" + "aB3" * 12  # of no hub


def test_no_output_holds_a_secret(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    folder = write_tiny_classifier(tmp_path / "model")
    told: list[object] = []

    def keep(made: object) -> None:
        told.extend([made, str(made), repr(made), pickle.dumps(made)])
        if isinstance(made, hfkit.PublishPlan | hfkit.Publication):
            told.append(made.to_dict())
        if isinstance(made, Exception):
            told.append("".join(traceback.format_exception(made)))

    secrets = [TOKEN]
    for step in ("info", "preupload", "lfs-batch", "commit", "resolve"):
        with LocalHub() as hub:
            secrets.append(hub.token)
            monkeypatch.setenv("HF_TOKEN", hub.token)
            publish = hfkit.Publish("org/secretive", endpoint=hub.endpoint, license="mit", attempts=1)
            keep(publish)
            hub.fail(step, status=500, times=50)
            with pytest.raises(hfkit.HfkitError) as failed:
                publish(folder)
            keep(failed.value)
            told.append(hub.requests)
    with LocalHub() as hub:
        secrets.append(hub.token)
        monkeypatch.setenv("HF_TOKEN", hub.token)
        publish = hfkit.Publish("org/secretive", endpoint=hub.endpoint, license="mit")
        keep(publish.plan(folder))
        keep(publish(folder))
        for bad in ({"message": f"by {TOKEN}"}, {"branch": hub.token}, {"endpoint": f"http://{TOKEN}@hub"}):
            with pytest.raises(SettingError) as refused:
                publish.with_(**bad)  # type: ignore[arg-type]
            keep(refused.value)
        for content in (TOKEN.encode(), hub.token.encode(), b"\xff\0" + hub.token.encode()):
            write(folder, {"notes.bin": content})
            keep(publish.plan(folder))
            with pytest.raises(RefusedFolderError) as planted:
                publish(folder)
            keep(planted.value)
        for card in (f"# By {TOKEN}\n", f"# By {hub.token}\n"):
            write(folder, {"README.md": card.encode(), "notes.bin": b"none"})
            asked = publish.with_(readme="folder")
            keep(asked.plan(folder))
            with pytest.raises(RefusedFolderError) as carded:
                asked(folder)
            keep(carded.value)
        with pytest.raises(SettingError) as misplaced:
            hfkit.Classify(f"{hub.endpoint.replace('//', f'//me:{TOKEN}@')}/org/model")
        keep(misplaced.value)
        repository = hub.repository("org/secretive")
        told.extend([repository.files(), [(one.title, one.description) for one in repository.commits]])
        told.extend(file.read_bytes() for file in hub.home.rglob("*") if file.is_file())
    everything = repr([told, capfd.readouterr(), caplog.text, caplog.records])
    assert not [secret for secret in secrets if secret in everything]


# --- a card is its writer's


def test_a_card_that_people_edit_survives_ten_publications(shared_hub: LocalHub, tmp_path: Path) -> None:
    folder = write_tiny_classifier(tmp_path / "model")
    publish = hfkit.Publish("org/edited", license="mit", endpoint=shared_hub.endpoint, verify=False)
    publish(folder)
    lines, last = list[str](), ""
    for number in range(10):
        card = shared_hub.repository("org/edited").files()["README.md"].decode()
        lines.append(f"Said by hand, {number}.")
        place = card.index("<!-- hfkit: begin") if number % 2 else len(card)
        edited = f"{card[:place]}{lines[-1]}\n{card[place:]}"
        edited = edited.replace("---\n", f"---\nkey_{number}: {number}\n", 1)
        shared_hub.commit("org/edited", {"README.md": edited.encode()})
        write(folder, {"notes.txt": str(number).encode()})
        done = publish.with_(license=("mit", "apache-2.0")[number % 2])(folder)
        assert done.card is not None
        last = done.card
        assert shared_hub.repository("org/edited").files()["README.md"].decode() == done.card
        for line in lines:
            assert done.card.count(line) == 1
        assert done.card.count("<!-- hfkit: begin") == done.card.count("# hfkit: begin") == 1
        assert f"license: {('mit', 'apache-2.0')[number % 2]}\n" in done.card
    assert [name for name in last.splitlines() if name.startswith("key_")] == [
        f"key_{number}: {number}" for number in reversed(range(10))
    ]


def test_data_are_opened_as_they_arrive(shared_hub: LocalHub, tmp_path: Path) -> None:
    rows = {"train.csv": b"text,label\na,x\nb,y\n", "test.csv": b"text,label\nc,x\n"}
    folder = write(tmp_path / "rows", rows)
    publish = publisher(shared_hub)
    opened = publish(folder).verified
    assert opened is not None
    assert (opened.verb, opened.probes) == ("Splits.load", 2)
    left_out = publish.with_(ignore=("test.csv",))(folder).verified
    assert left_out is not None
    assert (left_out.verb, left_out.files) == (None, 1)
    pictures = publisher(shared_hub)(write(tmp_path / "pictures", {"one.png": b"\x89PNG"})).verified
    assert pictures is not None
    assert (pictures.verb, pictures.files) == (None, 1)


@pytest.mark.parametrize(
    ("arrived", "fault"),
    [
        ({"train.csv": b"text\nanother\n"}, "gives something else on split 0"),
        ({"test.csv": b"text\none\n"}, "gives something else on split 1"),
        ({"train.csv": b""}, "does not open what arrived"),
    ],
)
def test_rows_of_data_otherwise_are_told(
    shared_hub: LocalHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arrived: dict[str, bytes],
    fault: str,
) -> None:
    from hfkit.jobs.publishing.outputs import rows_of_data

    def spoilt(folder: Path) -> object:
        return rows_of_data(folder if folder == source else write(folder, arrived))

    source = write(tmp_path / "rows", {"train.csv": b"text\none\n"})
    monkeypatch.setattr("hfkit.jobs.publishing.publishing.rows_of_data", spoilt)
    with pytest.raises(UnprovenPublicationError, match=rf"Splits\.load {fault}"):
        publisher(shared_hub)(source)
