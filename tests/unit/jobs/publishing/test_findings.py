"""What is told of a folder before it is published."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hfkit.errors import PublishError
from hfkit.jobs.publishing import findings
from hfkit.jobs.publishing.findings import find_in_files, find_in_model, find_in_space, find_places
from hfkit.jobs.publishing.folder_files import FolderFile, read_folder
from hfkit.jobs.publishing.subject import FolderSubject

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "hf_" + "aB3" * 12
MODEL = FolderSubject({"id2label": {"0": "bad"}}, {}, {}, {}, "Classify")
WHOLE = ("config.json", "model.safetensors", "tokenizer.json")


def folder_of(*paths: str, content: bytes = b"x") -> dict[str, FolderFile]:
    return {path: FolderFile.of(path, content) for path in paths}


def kinds(*paths: str, subject: FolderSubject = MODEL) -> list[str]:
    return [one.kind for one in find_in_model(folder_of(*paths), subject, licensed=True)]


def adapter(**settings: object) -> FolderSubject:
    return replace(MODEL, adapter={"peft_type": "LORA", **settings})


def test_a_whole_model_is_fine() -> None:
    assert kinds(*WHOLE) == []
    assert list(find_in_files(folder_of(*WHOLE), None, "model")) == []


def test_a_secret_is_told_by_its_place_alone() -> None:
    (one,) = find_in_files(
        folder_of("run.sh", content=f"\n\nexport X={TOKEN} Y={TOKEN}".encode()), None, "model"
    )
    assert one.message == "run.sh holds a Hugging Face token in line 3 and 1 more"
    assert (one.kind, one.severity, one.path) == ("secret", "error", "run.sh")
    assert TOKEN not in repr(one)


def test_the_own_token_is_found_whatever_its_form() -> None:
    (one,) = find_in_files(
        folder_of("weights.bin", content=b"\x00\xffmy own odd token\xff"), "my own odd token", "model"
    )
    assert one.message == "weights.bin holds the very token that you are logged in with"


def test_a_name_is_no_place_for_a_secret(tmp_path: Path) -> None:
    (tmp_path / TOKEN).write_text("x")
    with pytest.raises(PublishError) as caught:
        read_folder(tmp_path, ())
    assert caught.value.message == f"the name of a file in {tmp_path} holds a Hugging Face token"


@pytest.mark.parametrize("content", [b"\x80\x02}", b"\x80\x05}", b"PK\x03\x04zip"])
@pytest.mark.parametrize("path", ["pytorch_model.bin", "a/b.pt", "x.pkl"])
def test_a_pickle_is_told(path: str, content: bytes) -> None:
    (one,) = find_in_files(folder_of(path, content=content), None, "model")
    assert (one.kind, one.severity, one.path) == ("pickle", "error", path)


@pytest.mark.parametrize("path", ["model.safetensors", "vocab.bin", "model.onnx"])
def test_not_every_binary_is_a_pickle(path: str) -> None:
    content = b"\x80\x02}" if not path.endswith(".bin") else b"words"
    assert list(find_in_files(folder_of(path, content=content), None, "model")) == []


def test_what_the_hub_does_not_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "_LARGEST", 3)
    monkeypatch.setattr(findings, "_MOST_FILES", 1)
    told = list(find_in_files(folder_of("a", "b", content=b"1234"), None, "model"))
    assert [one.kind for one in told] == ["too_large", "too_large", "too_many_files"]
    assert told[0].message == "a has 4 bytes, the hub takes 3"
    assert told[2].message == "there are 2 files, the hub takes 1"


def test_weights_and_a_tokenizer_belong_to_a_model() -> None:
    assert kinds("config.json", "tokenizer.json") == ["no_weights"]
    assert kinds("config.json", "model.safetensors") == ["no_tokenizer"]
    for mark in ("vocab.txt", "spiece.model", "a.tiktoken"):
        assert kinds("config.json", "onnx/model.onnx", mark) == []
    assert kinds("rows.csv", subject=FolderSubject({}, {}, {}, {}, None)) == []


def test_others_need_the_base_of_an_adapter() -> None:
    pinned = "0123456789abcdef" * 2 + "01234567"
    files = ("adapter_config.json", "adapter_model.safetensors")
    for base, revision, told in (
        ("org/base", pinned, []),
        ("gpt2", pinned, []),
        ("org/base", None, ["unpinned_base"]),
        ("org/base", "main", ["unpinned_base"]),
        ("/home/me/base", None, ["local_base"]),
        ("../base", pinned, ["local_base"]),
        (None, None, ["local_base"]),
    ):
        subject = adapter(base_model_name_or_path=base, revision=revision)
        assert kinds(*files, subject=subject) == told, base


@pytest.mark.parametrize("labels", [{"0": "LABEL_0", "1": "LABEL_1"}, {"0": "good", "1": "LABEL_1"}, None])
def test_labels_without_names_are_told(labels: dict[str, str]) -> None:
    assert kinds(*WHOLE, subject=replace(MODEL, config={"id2label": labels})) == ["unnamed_labels"]
    assert kinds(*WHOLE, subject=replace(MODEL, config={"id2label": labels}, verb="Generate")) == []


def test_a_license_is_missed() -> None:
    (one,) = find_in_model(folder_of(*WHOLE), MODEL, licensed=False)
    assert (one.kind, one.severity) == ("no_license", "warning")


def test_a_space_starts_something_and_pins_its_packages() -> None:
    def told(requirements: str, *paths: str) -> list[str]:
        files = folder_of(*paths) | folder_of("requirements.txt", content=requirements.encode())
        return [one.message for one in find_in_space(files)]

    assert told("", "app.py") == []
    assert [one.kind for one in find_in_space(folder_of("README.md"))] == ["no_app"]
    assert told("") == ["there is nothing to start: no Dockerfile, no app.py, no index.html"]
    pinned = (
        "# a comment\n-r more.txt\ntorch==2.0\nhfkit[torch]==1.0 # ours\n\nhfkit @ https://hub/hfkit.whl\n"
    )
    assert told(pinned, "app.py") == []
    for loose in ("torch", "torch>=2", "hfkit[torch]", "torch~=2.0", "torch <3"):
        assert told(f"numpy==1\n{loose}\n", "app.py") == [
            f"{loose!r} is not pinned: what is installed may change, and the page with it"
        ]


def test_examples_belong_into_a_dataset() -> None:
    files = folder_of("rows.parquet")
    assert [one.kind for one in find_in_files(files, None, "model")] == ["data_file"]
    assert list(find_in_files(files, None, "dataset")) == []


def test_what_tells_of_this_machine_is_told() -> None:
    files = folder_of("training.json", "a.md", "w.safetensors", content=b'{"output": "/home/me/models/one"}')
    (one,) = find_places(files, ["/home/me"])
    assert one.message == "training.json and 1 other tell where something lies on this machine"
    assert list(find_places(files, ["/home/you"])) == []
    assert list(find_places(files, [])) == []
