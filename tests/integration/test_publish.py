"""Publish against a hub on this machine: what is planned happens, once, and arrives."""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import HfApi

import hfkit
from hfkit import PublishFinding
from hfkit.errors import (
    HubError,
    OfflineError,
    OvertakenError,
    PublishError,
    RefusedFolderError,
    SettingError,
    UnprovenPublicationError,
)
from hfkit.testing import (
    LocalHub,
    write_tiny_classifier,
    write_tiny_embedder,
    write_tiny_reader,
    write_tiny_tagger,
    write_tiny_writer,
)

NAME = "org/tiny"

pytestmark = pytest.mark.usefixtures("quick_retries")


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_classifier(tmp_path_factory.mktemp("made") / "tiny", labels=("bad", "good"))


@pytest.fixture
def folder(classifier: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(classifier, tmp_path / "tiny"))


@pytest.fixture
def publish(hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> hfkit.Publish:
    """A publisher that does not wait between tries."""
    monkeypatch.setenv("HF_TOKEN", hub.token)
    monkeypatch.setattr("hfkit.jobs.publishing.asking.time.sleep", lambda _seconds: None)
    return hfkit.Publish(NAME, endpoint=hub.endpoint, license="mit")


@pytest.fixture
def plain(publish: hfkit.Publish) -> hfkit.Publish:
    """One for files that are no model: nothing is opened, and no card is written."""
    return publish.with_(write_card=False, accept=("no_weights",))


def contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def steps(hub: LocalHub, step: str) -> list[int | None]:
    return [request.status for request in hub.requests if request.step == step]


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text)
    return folder


def test_a_model_is_published_and_opens_as_before(
    hub: LocalHub, publish: hfkit.Publish, folder: Path
) -> None:
    plan = publish.with_(private=True).plan(folder)
    assert plan.parent is None
    assert [change.path for change in plan.added] == sorted([*contents(folder), "README.md"])
    assert {change.path for change in plan.added if change.storage == "lfs"} == {"model.safetensors"}
    assert not [request for request in hub.requests if request.method != "GET"], "a plan writes nothing"

    done = publish.with_(private=True)(plan)
    repository = hub.repository(NAME)
    assert repository.private
    assert [commit.title for commit in repository.commits] == ["Add 5 files", "initial commit"]
    assert (done.commit, done.parent) == tuple(commit.id for commit in repository.commits)
    held = repository.files()
    assert done.card is not None
    assert held == {
        **contents(folder),
        "README.md": done.card.encode(),
        ".gitattributes": held[".gitattributes"],
    }
    assert done.url == f"{hub.endpoint}/{NAME}/commit/{done.commit}"
    assert done.bytes == plan.upload_bytes == sum(len(held[change.path]) for change in plan.added)
    assert done.reference == f"{NAME}@{done.commit}"
    assert done.verified == hfkit.Verification(files=5, bytes=plan.upload_bytes, verb="Classify", probes=24)
    assert json.loads(done.to_json())["verified"]["verb"] == "Classify"


def test_nothing_to_do_is_no_commit(hub: LocalHub, publish: hfkit.Publish, folder: Path) -> None:
    first = publish(folder)
    again = publish(folder)
    assert (again.commit, again.bytes) == (first.commit, 0)
    assert {change.change for change in again.files} == {"unchanged"}
    assert len(hub.repository(NAME).commits) == 2
    assert again.verified is not None


@pytest.mark.parametrize(
    ("write_model", "verb"),
    [
        (write_tiny_reader, "Answer"),
        (write_tiny_tagger, "Tag"),
        (write_tiny_embedder, "Embed"),
        (write_tiny_writer, "Generate"),
    ],
)
def test_each_verb_proves_its_models(
    publish: hfkit.Publish, tmp_path: Path, write_model: Callable[[Path], Path], verb: str
) -> None:
    done = publish(write_model(tmp_path / "model"))
    assert done.verified is not None
    assert (done.verified.verb, done.verified.probes > 0) == (verb, True)
    assert f'hfkit.{verb}("{NAME}")' in (done.card or "")


def test_what_a_folder_says_of_pooling_arrives_with_it(
    hub: LocalHub, publish: hfkit.Publish, tmp_path: Path
) -> None:
    model = write_tiny_embedder(tmp_path / "model")
    kinds = ["Transformer", "Pooling", "Normalize"]
    modules = [{"path": f"{n}_{kind}" if n else "", "type": kind} for n, kind in enumerate(kinds)]
    (model / "modules.json").write_text(json.dumps(modules))
    (model / "1_Pooling").mkdir()
    (model / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode": "cls"}))
    done = publish(model)
    assert "pipeline_tag: feature-extraction" in (done.card or "")
    with hub.here():
        arrived, here = (hfkit.Embed(one)("the old city") for one in (NAME, model))
    assert arrived.source.revision == done.commit
    assert np.array_equal(arrived.vector, here.vector)
    assert np.linalg.norm(arrived.vector) == pytest.approx(1)


def test_a_tokenizer_is_proved_by_its_ids(publish: hfkit.Publish, folder: Path, tmp_path: Path) -> None:
    alone = tmp_path / "tokenizer"
    alone.mkdir()
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(folder / name, alone / name)
    done = publish(alone)
    assert done.verified is not None
    assert (done.verified.files, done.verified.verb) == (3, "Tokenize")
    assert 'hfkit.Tokenize("org/tiny")' in (done.card or "")


def test_own_probes_are_compared(publish: hfkit.Publish, folder: Path) -> None:
    done = publish(folder, probes=["a good film", "a bad one"])
    assert done.verified is not None
    assert done.verified.probes == 2


def test_only_what_the_plan_names_is_deleted(hub: LocalHub, plain: hfkit.Publish, tmp_path: Path) -> None:
    hub.create(NAME, {"old/a.txt": b"a", "old/b.bin": b"b", "mine.txt": b"m", "kept.txt": b"k"})
    folder = write(tmp_path / "files", kept="new", mine="m")
    plan = plain.plan(folder)
    assert (plan.deleted, plan.kept) == ((), (".gitattributes", "old/a.txt", "old/b.bin"))

    plan = plain.with_(delete=("old/*", "kept.txt", ".gitattributes")).plan(folder)
    assert [change.path for change in plan.deleted] == ["old/a.txt", "old/b.bin"]
    plain.with_(delete=("old/*", "kept.txt", ".gitattributes"))(plan)
    held = hub.repository(NAME).files()
    assert held.keys() == {".gitattributes", "mine.txt", "kept.txt"}
    assert held["kept.txt"] == b"new"


def test_what_is_ignored_is_not_seen(hub: LocalHub, plain: hfkit.Publish, tmp_path: Path) -> None:
    folder = write(tmp_path / "files", a="a", b="b")
    write(folder / ".git", config="not mine to publish")
    write(folder / "checkpoint-1", state="large")
    plain.with_(ignore=("b.txt", "checkpoint-*/*"))(folder)
    assert hub.repository(NAME).files().keys() == {".gitattributes", "a.txt"}


def test_who_was_overtaken_is_told_and_changes_nothing(
    hub: LocalHub, plain: hfkit.Publish, tmp_path: Path
) -> None:
    hub.create(NAME, {"a.txt": b"old"})
    folder = write(tmp_path / "files", a="new")
    plan = plain.plan(folder)
    hub.overtake()
    with pytest.raises(OvertakenError) as caught:
        plain(plan)
    assert caught.value.message == (
        "org/tiny or the folder has changed since the plan was made; nothing was committed"
    )
    assert hub.repository(NAME).files()["a.txt"] == b"old"
    now = caught.value.plan
    assert isinstance(now, hfkit.PublishPlan)
    assert now.parent == hub.repository(NAME).branches["main"]
    assert "OVERTAKEN.md" in now.kept
    plain(now)
    assert hub.repository(NAME).files().keys() == {".gitattributes", "OVERTAKEN.md", "a.txt"}


def test_a_plan_of_yesterday_is_not_carried_out(hub: LocalHub, plain: hfkit.Publish, tmp_path: Path) -> None:
    folder = write(tmp_path / "files", a="a")
    plan = plain.plan(folder)
    write(folder, a="b")
    with pytest.raises(OvertakenError):
        plain(plan)
    assert not hub.requests[-1].path.endswith("create")
    with pytest.raises(SettingError, match="the plan is one of"):
        plain.with_(private=True)(plan)


def test_a_plan_that_was_carried_out_is_found_again(
    hub: LocalHub, plain: hfkit.Publish, tmp_path: Path
) -> None:
    hub.create(NAME, {"b.txt": b"b"})
    plan = plain.plan(write(tmp_path / "files", a="a"))
    first = plain(plan)
    hub.commit(NAME, {"c.txt": b"c"})
    assert plain(plan) == first


def test_a_plan_that_was_carried_out_is_compared_with_no_later_folder(
    publish: hfkit.Publish, folder: Path, tmp_path: Path
) -> None:
    plan = publish.plan(folder)
    done = publish(plan)
    later = write_tiny_classifier(tmp_path / "later", labels=("bad", "good"), seed=1)
    shutil.copy(later / "model.safetensors", folder)
    again = publish(plan)
    assert (again.commit, again.files) == (done.commit, done.files)
    assert again.verified is not None
    assert (again.verified.files, again.verified.verb) == (len(done.files), None)


def test_a_repository_that_somebody_else_made_meanwhile(
    hub: LocalHub, plain: hfkit.Publish, tmp_path: Path
) -> None:
    plan = plain.plan(write(tmp_path / "files", a="a"))
    hub.create(NAME, {"theirs.txt": b"t"})
    with pytest.raises(OvertakenError):
        plain(plan)
    assert hub.repository(NAME).files().keys() == {".gitattributes", "theirs.txt"}


def test_a_tag_names_the_commit(hub: LocalHub, plain: hfkit.Publish, tmp_path: Path) -> None:
    folder = write(tmp_path / "files", a="a")
    tagged = plain.with_(tag="v1")
    done = tagged(folder)
    assert hub.repository(NAME).tags == {"v1": done.commit}
    assert tagged(folder).commit == done.commit
    write(folder, a="b")
    with pytest.raises(RefusedFolderError, match="the tag 'v1' is there already"):
        tagged(folder)
    assert hub.repository(NAME).tags == {"v1": done.commit}


def test_a_pull_request_changes_no_branch(hub: LocalHub, plain: hfkit.Publish, tmp_path: Path) -> None:
    hub.create(NAME, {"b.txt": b"b"})
    before = hub.repository(NAME).branches["main"]
    proposing = plain.with_(pull_request=True, message="A better one")
    done = proposing(write(tmp_path / "files", a="a"))
    repository = hub.repository(NAME)
    assert repository.branches["main"] == before
    (opened,) = repository.pull_requests
    assert (opened.title, opened.head, done.pull_request) == ("A better one", done.commit, 1)
    assert done.url == f"{hub.endpoint}/{NAME}/discussions/1"
    assert done.verified is not None
    assert proposing(tmp_path / "files").pull_request == 1, "it is not opened twice"
    assert len(hub.repository(NAME).pull_requests) == 1


def test_another_branch(hub: LocalHub, plain: hfkit.Publish, tmp_path: Path) -> None:
    from huggingface_hub import HfApi

    hub.create(NAME, {"b.txt": b"b"})
    folder = write(tmp_path / "files", a="a")
    branched = plain.with_(branch="next")
    with pytest.raises(HubError, match="model 'org/tiny' has no branch 'next'"):
        branched.plan(folder)
    HfApi(endpoint=hub.endpoint, token=hub.token).create_branch(NAME, branch="next")
    done = branched(folder)
    assert hub.repository(NAME).branches["next"] == done.commit
    assert "a.txt" not in hub.repository(NAME).files()


def test_public_is_not_private(hub: LocalHub, plain: hfkit.Publish, tmp_path: Path) -> None:
    hub.create(NAME)
    with pytest.raises(RefusedFolderError, match="private=True, and org/tiny is public"):
        plain.with_(private=True)(write(tmp_path / "files", a="a"))


def test_what_is_refused_is_not_sent(hub: LocalHub, publish: hfkit.Publish, folder: Path) -> None:
    (folder / "old.bin").write_bytes(b"\x80\x04 a pickle")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(RefusedFolderError) as caught:
        publish(folder)
    assert caught.value.message == (
        f"{folder} is not published: old.bin is a pickle; to open it can run any code, and hfkit never does, "
        "and 1 more error"
    )
    assert isinstance(caught.value.plan, hfkit.PublishPlan)
    assert [finding.kind for finding in caught.value.plan.errors] == ["pickle", "no_tokenizer"]
    assert {request.method for request in hub.requests} == {"GET"}


def test_a_model_that_does_not_open_is_not_published(
    hub: LocalHub, publish: hfkit.Publish, folder: Path
) -> None:
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(hfkit.errors.CorruptModelError):
        publish(folder)
    assert {request.method for request in hub.requests} == {"GET"}


def test_what_gives_other_outputs_is_told(
    hub: LocalHub, publish: hfkit.Publish, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An adapter that the repository kept would be opened with the new model."""
    from hfkit.jobs.publishing.outputs import Outputs

    monkeypatch.setattr(Outputs, "differs_at", lambda _one, _other: 3)
    with pytest.raises(UnprovenPublicationError, match="Classify gives something else on probe 3") as caught:
        publish(folder)
    assert isinstance(caught.value.publication, hfkit.Publication)
    assert caught.value.publication.commit == hub.repository(NAME).branches["main"]


def test_other_bytes_are_told(publish: hfkit.Publish, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "hfkit.jobs.publishing.publishing.differing_files", lambda _files, _folder: ["config.json"]
    )
    with pytest.raises(
        UnprovenPublicationError, match=r"config\.json arrived with other bytes, or not at all"
    ):
        publish(folder)


def test_who_may_not_write_is_told(
    hub: LocalHub, plain: hfkit.Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", hub.read_token)
    with pytest.raises(HubError, match="with status 403") as caught:
        plain(write(tmp_path / "files", a="a"))
    assert "a token that may write" in caught.value.hint


def test_a_hub_that_is_not_there_is_told_at_once(
    plain: hfkit.Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited = list[float]()
    monkeypatch.setattr("hfkit.jobs.publishing.asking.time.sleep", waited.append)
    folder = write(tmp_path / "files", a="a")
    for ask in (plain.with_(endpoint="http://127.0.0.1:9"), plain.with_(endpoint="http://127.0.0.1:9").plan):
        with pytest.raises(
            OfflineError, match=r"http://127\.0\.0\.1:9 does not answer: ConnectError"
        ) as caught:
            ask(folder)
        assert caught.value.hint == "connect, or set HF_ENDPOINT to a mirror"
    assert not waited


def test_a_hub_that_says_nothing_is_not_waited_for(plain: hfkit.Publish, tmp_path: Path) -> None:
    """Its host takes connections, in a queue that is full, and never answers."""
    with socket.socket() as host, socket.socket() as first:
        host.bind(("127.0.0.1", 0))
        host.listen(0)
        first.connect(host.getsockname())
        address = f"http://127.0.0.1:{host.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(
            OfflineError, match=r"does not answer: (no connection within a second|ConnectTimeout)"
        ):
            plain.with_(endpoint=address).plan(write(tmp_path / "files", a="a"))
        assert time.monotonic() - started < 4  # a second, with room for a busy machine


def test_no_folder(plain: hfkit.Publish, tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="is no folder"):
        plain.plan(tmp_path / "none")
    with pytest.raises(PublishError, match="holds no files to publish"):
        plain.plan(tmp_path)


def test_nothing_is_printed(
    publish: hfkit.Publish, folder: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    publish(folder)
    said = capfd.readouterr()
    assert (said.out, said.err, caplog.records) == ("", "", [])


@pytest.mark.parametrize("revision", [None, "v1"])
def test_the_commit_of_a_base_is_told_where_it_is_not_pinned(
    revision: str | None, hub: LocalHub, publish: hfkit.Publish, tmp_path: Path
) -> None:
    first = hub.create("org/base", {"config.json": b"{}"}).branches["main"]
    HfApi(endpoint=hub.endpoint, token=hub.token).create_tag("org/base", tag="v1")
    hub.commit("org/base", {"notes.json": b"{}"})
    now = hub.repository("org/base").branches["main"] if revision is None else first
    adapter = {"base_model_name_or_path": "org/base", "revision": revision}
    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter" / "adapter_config.json").write_text(json.dumps(adapter))
    (tmp_path / "adapter" / "adapter_model.safetensors").write_bytes(b"weights")

    def told() -> PublishFinding:
        findings = publish.plan(tmp_path / "adapter").findings
        (found,) = (one for one in findings if one.kind == "unpinned_base")
        return found

    assert told().severity == "warning"
    assert told().hint == f'write the commit that it is now into adapter_config.json: "revision": "{now}"'
    HfApi(endpoint=hub.endpoint, token=hub.token).delete_repo("org/base")
    assert told().hint == "the hub does not show it: check its name, then write its commit there, as revision"
    (tmp_path / "adapter" / "adapter_config.json").write_text(json.dumps(adapter | {"revision": now}))
    assert "unpinned_base" not in {one.kind for one in publish.plan(tmp_path / "adapter").findings}


def test_an_adapter_is_opened_over_its_base(publish: hfkit.Publish, folder: Path, tmp_path: Path) -> None:
    rows = [
        {"text": f"a {word} film", "label": label} for label, word in (("bad", "dull"), ("good", "fine"))
    ] * 4
    data = hfkit.Labelled(train=hfkit.Table.from_records(rows))
    adapted = tmp_path / "adapted"
    hfkit.Tune(folder, method=hfkit.Lora(rank=2), steps=1)(data, adapted)
    with pytest.raises(RefusedFolderError, match="a place on this machine that nobody else has") as caught:
        publish(adapted)
    assert isinstance(caught.value.plan, hfkit.PublishPlan)
    assert [finding.kind for finding in caught.value.plan.errors] == ["local_base"]
    done = publish.with_(accept=("local_base",))(adapted)
    assert done.verified is not None
    assert done.verified.verb == "Classify"
    assert "library_name: peft" in (done.card or "")
    assert "## Training" in (done.card or "")
    assert str(tmp_path) not in (done.card or "")


@pytest.fixture
def peft_adapter(classifier: Path, tmp_path: Path) -> Path:
    """An adapter as peft alone saves it: no config of the model, no tokenizer."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForSequenceClassification

    base = AutoModelForSequenceClassification.from_pretrained(classifier)
    settings = LoraConfig(r=2, target_modules=["query"], task_type="SEQ_CLS")
    with pytest.warns(FutureWarning, match="is_gradient_checkpointing"):
        get_peft_model(base, settings).save_pretrained(str(tmp_path / "peft"))
    (tmp_path / "peft" / "README.md").unlink()
    return tmp_path / "peft"


def rebase(adapter: Path, **named: str | None) -> None:
    file = adapter / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | named))


def test_an_adapter_of_peft_alone_is_opened_over_its_base(
    hub: LocalHub, publish: hfkit.Publish, classifier: Path, peft_adapter: Path
) -> None:
    commit = hub.create("org/base", classifier).branches["main"]
    rebase(peft_adapter, base_model_name_or_path="org/base", revision=commit)
    with hub.here():
        done = publish(peft_adapter)
    assert done.findings == ()
    assert done.verified is not None
    assert done.verified.verb == "Classify"
    assert f'hfkit.Classify("{NAME}")' in (done.card or "")


def test_a_base_that_is_a_folder_here_is_told(
    publish: hfkit.Publish, classifier: Path, peft_adapter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name looks like a repository's."""
    monkeypatch.chdir(peft_adapter.parent)
    shutil.copytree(classifier, "runs/base")
    rebase(peft_adapter, base_model_name_or_path="runs/base", revision=None)
    (error,) = publish.plan(peft_adapter).errors
    assert (error.kind, error.path) == ("local_base", "adapter_config.json")
    assert error.message == "the adapter's base is 'runs/base', a place on this machine that nobody else has"


def test_a_report_of_another_model_is_refused(publish: hfkit.Publish, folder: Path) -> None:
    rows = [{"text": "a dull film", "label": "bad"}, {"text": "a fine film", "label": "good"}]
    table = hfkit.Table.from_records(rows)
    measured = hfkit.Evaluate(folder)(hfkit.Labelled(train=table, test=table))
    reporting = publish.with_(reports=(measured,))
    assert "## Evaluation" in (reporting.plan(folder).card or "")
    assert str(reporting) == str(publish), "a report would fill pages"
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"note": 1}))
    with pytest.raises(RefusedFolderError, match=r"a report is of .* at sha256:"):
        reporting(folder)


def test_what_the_repository_keeps_is_told(hub: LocalHub, publish: hfkit.Publish, folder: Path) -> None:
    hub.create(NAME, {"model-00001-of-00002.safetensors": b"old", "notes.md": b"theirs"})
    (finding,) = publish.plan(folder).findings
    assert (finding.kind, finding.message) == (
        "left_over",
        "the repository keeps model-00001-of-00002.safetensors, which the folder does not have",
    )
