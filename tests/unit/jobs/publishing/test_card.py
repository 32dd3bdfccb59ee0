"""What a card says of what hfkit knows, and that the hub takes it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest
from huggingface_hub import ModelCard, ModelCardData

import hfkit
from hfkit.jobs.publishing.card import plan_card
from hfkit.jobs.publishing.card_metadata import card_faults
from hfkit.jobs.publishing.card_section import card_section
from hfkit.jobs.publishing.folder_files import FolderFile
from hfkit.jobs.publishing.remote import Remote
from hfkit.jobs.publishing.subject import FolderSubject, read_subject
from hfkit.values.publish_settings import PublishSettings

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.values.report import Report

SETTINGS = PublishSettings("me/model")
MODEL = FolderSubject({"model_type": "bert"}, {}, {}, {}, "Classify")
NEW = Remote(None, private=False, files={})
PINNED = "0123456789abcdef" * 2 + "01234567"

TRAINING = {
    "plan": {
        "base": "/home/me/bases/tiny",
        "revision": "sha256:abc",
        "task": "Labelled",
        "method": "Lora(rank=8)",
        "trainable": 1000,
        "parameters": 20000,
    },
    "data": {"train": "sha256:1|2"},
    "steps": 12,
    "best": {"figures": [["accuracy", 0.51234]]},
    "versions": {"hfkit": "0.1"},
}
QUANTIZING = {
    "plan": {"model": "org/large", "revision": PINNED, "scheme": "Int8()"},
    "original": {"bytes": 4000},
    "result": {"bytes": 1000},
    "agreement": 0.98,
    "probes": 24,
    "throughput": {"value": 1.5},
    "metric": {"name": "accuracy", "drop": {"value": 0.01, "low": 0.0, "high": 0.02}},
}


def planned(
    settings: PublishSettings = SETTINGS,
    subject: FolderSubject = MODEL,
    *,
    own: bytes | None = None,
    remote: bytes | None = None,
) -> tuple[str | None, bytes | None, list[str], bool]:
    files = {} if own is None else {"README.md": FolderFile.of("README.md", own)}
    card = plan_card(settings, subject, files, replace(NEW, readme=remote))
    return card.text, card.content, [one.kind for one in card.findings], card.licensed


def test_a_card_says_how_a_model_was_made() -> None:
    section = card_section(
        replace(SETTINGS, tag="v1"), replace(MODEL, training=TRAINING, quantizing=QUANTIZING)
    )
    assert section == (
        "## How to use it\n\n"
        "```python\nimport hfkit\n\n"
        'classify = hfkit.Classify("me/model@v1")\n'
        'print(classify("A quiet film with a wonderful last scene.").label)\n```\n\n'
        "## Training\n\n"
        "|  |  |\n| --- | --- |\n"
        "| Base | `tiny`, at `sha256:abc` |\n"
        "| Data | Labelled |\n"
        "| Hash of train | `sha256:1\\|2` |\n"
        "| Trained | Lora(rank=8): 1,000 of 20,000 numbers |\n"
        "| Steps | 12 |\n"
        "| Libraries | hfkit 0.1 |\n\n"
        "On the validation split, by which the state was chosen, so that it flatters:\n\n"
        "| Figure | Value |\n| --- | --- |\n| accuracy | 0.5123 |\n\n"
        "## Made smaller\n\n"
        "|  |  |\n| --- | --- |\n"
        f"| Original | `org/large`, at `{PINNED}` |\n"
        "| Scheme | `Int8()` |\n"
        "| Bytes | 4,000, now 1,000 |\n"
        "| Agreement | 98.0% of 24 probes |\n"
        "| Speed | 1.5 times the original's |\n"
        "| Drop of accuracy | 0.01, 0 to 0.02 |"
    )


def test_no_place_of_this_machine_is_told() -> None:
    assert "/home" not in card_section(SETTINGS, replace(MODEL, training=TRAINING))


@pytest.mark.parametrize(
    "odd", [{"plan": {"base": None}}, {"plan": 3}, {"plan": {"trainable": "many"}, "best": []}]
)
def test_what_others_wrote_into_such_files_breaks_nothing(odd: dict[str, object]) -> None:
    told = card_section(SETTINGS, replace(MODEL, training=odd, quantizing=odd))
    assert told.startswith("## How to use it")
    assert "Made smaller" not in told


def test_what_is_no_model_of_a_verb_has_no_code() -> None:
    other = replace(MODEL, config={"architectures": ["BertForTokenClassification"]}, verb=None)
    assert card_section(SETTINGS, other).endswith("It was saved as BertForTokenClassification.")
    assert card_section(SETTINGS, replace(other, config={"a": 1})).endswith("It was saved as a model.")
    nothing = FolderSubject({}, {}, {}, {}, None)
    assert "hfkit.Tokenize" in card_section(SETTINGS, nothing)
    assert 'hfkit.Splits.load("me/model")' in card_section(replace(SETTINGS, kind="dataset"), nothing)


def test_an_export_opens_by_its_name() -> None:
    told = card_section(replace(SETTINGS, tag="v1"), replace(MODEL, exported=True))
    assert "opens without torch: `pip install 'hfkit[onnx]'`." in told
    assert told.endswith(
        '```python\nimport hfkit\n\nclassify = hfkit.Classify("me/model@v1")\n'
        'print(classify("A quiet film with a wonderful last scene.").label)\n```'
    )


def test_the_hub_reads_what_it_is_told() -> None:
    adapter = {"base_model_name_or_path": "org/base", "revision": PINNED}
    text, *_ = planned(replace(SETTINGS, license="mit"), replace(MODEL, adapter=adapter))
    data = ModelCard(text or "").data.to_dict()  # type: ignore[no-untyped-call]
    assert data == {
        "license": "mit",
        "library_name": "peft",
        "pipeline_tag": "text-classification",
        "base_model": "org/base",
        "tags": ["hfkit"],
    }


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        (replace(MODEL, training=TRAINING), None),
        (replace(MODEL, quantizing=QUANTIZING), "org/large"),
        (replace(MODEL, training={"plan": {"base": "org/base"}}), "org/base"),
        (replace(MODEL, training={"plan": {"base": "org/base"}}, quantizing=QUANTIZING), "org/large"),
    ],
)
def test_the_base_is_a_repository_or_none(subject: FolderSubject, base: str | None) -> None:
    assert subject.base_name == base


def test_figures_come_with_their_intervals(reports: dict[str, Report]) -> None:
    for name, report in reports.items():
        text, content, found, _ = planned(replace(SETTINGS, reports=(report,)))
        assert found == [], name
        assert (content or b"").decode() == text
        results = cast("ModelCardData", ModelCard(text or "").data).eval_results
        assert results, name
        for result in results or []:
            assert result.metric_args is not None
            low, high = result.metric_args["interval"]
            assert low <= result.metric_value <= high
            assert (result.metric_args["rows"], result.dataset_revision) == (
                report.data.rows,
                report.data.fingerprint,
            )
            assert f"| {result.metric_name} | {result.metric_value:.4g} |" in (text or "")


def test_an_own_text_is_kept() -> None:
    text, content, found, licensed = planned(remote=b"---\nlicense: mit\n---\n# By hand\n")
    assert "# By hand\n" in (text or "")
    assert "Intended use" not in (text or "")
    assert (found, licensed) == ([], True)
    assert planned(remote=content)[:2] == (text, content)


def test_whose_text_it_is_where_there_are_two() -> None:
    text, _, found, _ = planned(own=b"# Folder\n", remote=b"# Repository\n")
    assert ("# Repository" in (text or ""), found) == (True, ["other_readme"])
    text, _, found, _ = planned(
        replace(SETTINGS, readme="folder"), own=b"# Folder\n", remote=b"# Repository\n"
    )
    assert ("# Folder" in (text or ""), found) == (True, [])
    assert planned(own=b"# Same\n", remote=b"# Same\n")[2] == []


def test_a_card_may_be_left_alone() -> None:
    alone = replace(SETTINGS, write_card=False)
    assert planned(alone) == (None, None, [], False)
    assert planned(alone, remote=b"# By hand\n") == ("# By hand\n", None, ["no_metadata"], False)
    assert planned(alone, own=b"# By hand\n") == ("# By hand\n", b"# By hand\n", ["no_metadata"], False)
    assert planned(replace(SETTINGS, kind="space"), own=b"# Demo\n") == ("# Demo\n", b"# Demo\n", [], False)


@pytest.mark.parametrize(
    ("card", "fault"),
    [
        (b"---\na: [\n---\n# A\n", "while parsing"),
        (b"---\n- a\n---\n# A\n", "should be a dict"),
        (b"---\nmodel-index: 3\n---\n# A\n", ""),
    ],
)
def test_metadata_that_the_hub_refuses_are_told(card: bytes, fault: str) -> None:
    assert fault in (card_faults(card.decode()) or "none")
    assert "invalid_card" in planned(remote=card)[2]


def test_what_is_no_utf_8_is_told() -> None:
    assert planned(own=b"\xff\xfe") == (None, b"\xff\xfe", ["invalid_card"], False)


def test_a_folder_says_what_it_is(tmp_path: Path) -> None:
    assert read_subject(tmp_path, hfkit.Runtime(offline=True)) == FolderSubject({}, {}, {}, {}, None)
    config = {"architectures": ["BertForSequenceClassification"]}
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert read_subject(tmp_path, hfkit.Runtime(offline=True)) == FolderSubject(
        config, {}, {}, {}, "Classify"
    )
    (tmp_path / "model.onnx").write_bytes(b"a graph")
    assert read_subject(tmp_path, hfkit.Runtime(offline=True)).exported
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    assert not read_subject(tmp_path, hfkit.Runtime(offline=True)).exported
    (tmp_path / "config.json").write_text(json.dumps({"architectures": ["BertModel"]}))
    assert read_subject(tmp_path, hfkit.Runtime(offline=True)).verb is None
    (tmp_path / "adapter_config.json").write_text("[]")
    with pytest.raises(hfkit.errors.CorruptModelError):
        read_subject(tmp_path, hfkit.Runtime(offline=True))


def test_metadata_that_leave_no_room_are_told_as_such() -> None:
    files = {"README.md": FolderFile.of("README.md", b"---\n{license: mit}\n---\n")}
    (finding,) = plan_card(SETTINGS, MODEL, files, NEW).findings
    assert finding.kind == "invalid_card"
    assert finding.message.startswith("hfkit's lines do not fit into the metadata of README.md: while")
    assert finding.hint == "write the metadata as lines of name: value, or set write_card=False"
    assert plan_card(replace(SETTINGS, write_card=False), MODEL, files, NEW).findings == ()


def test_a_mark_of_the_encoding_is_nothing_to_print(caplog: pytest.LogCaptureFixture) -> None:
    assert card_faults("\ufeff---\nlicense: mit\n---\n") is None
    assert card_faults("\ufeff---\nlicense: [\n---\n") is not None
    assert not caplog.records
