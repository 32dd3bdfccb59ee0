"""Generate on ONNX Runtime: against ``model.generate`` of transformers, in 8 bits, and as exports that travel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import warnings
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Literal, get_args

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

import hfkit
from hfkit import errors
from hfkit.backends.onnx import OnnxBackend, exporting_writers
from hfkit.backends.onnx.entries import find_entry
from hfkit.backends.onnx.optimize import optimize
from hfkit.backends.onnx.stepping import Decoder
from hfkit.backends.torch.quiet import quiet_transformers
from hfkit.backends.torch.tasks import CAUSAL_WRITING, ENCODED_WRITING
from hfkit.backends.writers import OpensWriters, RunningBatch, Writer
from hfkit.hub.folder import EXPORT_CARD
from hfkit.hub.resolve import resolve
from hfkit.testing import TinyWriterFamily, write_tiny_writer

FAMILIES = [family for family in get_args(TinyWriterFamily) if family != "bloom"]
ENCODES = {"t5", "bart", "marian"}
PROMPTS = [
    "the cat sat",
    "a",
    "dogs run far and the cat sat on a mat",
    "12 apples, or more?",
    "the the the the",
]

DTYPES: tuple[Literal["float32", "int8"], ...] = ("float32", "int8")
ONNX = hfkit.Runtime(backend="onnx", offline=True)
EIGHT = hfkit.Runtime(backend="onnx", dtype="int8", offline=True)
CPU = hfkit.Runtime(device="cpu", offline=True)

_SIZES: dict[str, object] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
}
_TWICE: dict[str, object] = {
    "d_model": 32,
    **{
        f"{side}_{name}": number
        for side in ("encoder", "decoder")
        for name, number in (("layers", 2), ("attention_heads", 4), ("ffn_dim", 64))
    },
}
_T5: dict[str, object] = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4}
# Of architectures that hfkit writes no tiny models of.
OTHERS: dict[str, dict[str, object]] = {
    "qwen2": {**_SIZES, "num_key_value_heads": 2},
    "qwen3": {**_SIZES, "num_key_value_heads": 2, "head_dim": 16},
    "gemma2": {**_SIZES, "num_key_value_heads": 2, "head_dim": 16, "sliding_window": 7},
    "gemma3_text": {
        **_SIZES,
        "num_hidden_layers": 6,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "sliding_window": 7,
    },
    "phi": _SIZES,
    "phi3": {**_SIZES, "pad_token_id": 0},
    "gpt_neox": _SIZES,
    "gptj": {"n_embd": 32, "n_layer": 2, "n_head": 4, "rotary_dim": 4},
    "smollm3": {**_SIZES, "num_hidden_layers": 4, "num_key_value_heads": 2, "pad_token_id": 0},
    "gpt_bigcode": {"n_embd": 32, "n_layer": 2, "n_head": 4},
    "mt5": _T5,
    "umt5": _T5,
    "mbart": {**_TWICE, "max_position_embeddings": 100},
    "pegasus": {**_TWICE, "max_position_embeddings": 100},
    "m2m_100": {**_TWICE, "max_position_embeddings": 100},
}

LIGHT = """
import sys, hfkit
generate = hfkit.Generate(sys.argv[1], max_new_tokens=8, runtime=hfkit.Runtime(device="cpu", offline=True))
result = generate("the cat sat")
heavy = {"torch", "transformers", "accelerate", "onnx"} & set(sys.modules)
assert not heavy, heavy
print(result.source.backend, result.source.dtype, *result.continuations[0].tokens)
"""


@pytest.fixture(autouse=True, scope="module")
def cache_folder() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HFKIT_CACHE", mkdtemp(prefix="hfkit-cache-"))
        yield


@cache
def folder(family: TinyWriterFamily) -> Path:
    return write_tiny_writer(Path(mkdtemp(prefix=f"hfkit-{family}-")), family=family)


def other(family: str, target: Path) -> Path:
    """Write a model beside the tokenizer of another: only its ids count."""
    encodes = any(name in family for name in ("t5", "bart", "pegasus", "m2m"))
    with torch.random.fork_rng(devices=[]), quiet_transformers():
        torch.manual_seed(0)
        config = AutoConfig.for_model(family, vocab_size=300, **OTHERS[family])
        kind: Any = AutoModelForSeq2SeqLM if encodes else AutoModelForCausalLM
        model = kind.from_config(config)
        for parameter in model.parameters():
            if parameter.dim() > 1:
                torch.nn.init.normal_(parameter, std=0.2)
        model.save_pretrained(target)
    for file in folder("gpt2").glob("tokenizer*"):
        shutil.copy(file, target)
    return target


def opened(path: Path, runtime: hfkit.Runtime = ONNX) -> Any:
    return OnnxBackend().open_writer(resolve(path, offline=True), runtime)


def written(family: TinyWriterFamily, prompt: str, **settings: Any) -> list[list[int]]:
    """What transformers writes: the new ids, padding left out."""
    kind = AutoModelForSeq2SeqLM if family in ENCODES else AutoModelForCausalLM
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Recommended: pip install sacremoses")
        model, tokenizer = (one.from_pretrained(folder(family)) for one in (kind, AutoTokenizer))
    inputs = tokenizer(prompt, return_tensors="pt")
    inputs.pop("token_type_ids", None)
    with torch.inference_mode():
        found = model.generate(**inputs, do_sample=False, max_new_tokens=16, **settings)
    start = 1 if family in ENCODES else inputs["input_ids"].shape[1]
    ends = model.generation_config.eos_token_id
    rows = []
    for row in found[:, start:].tolist():
        first = next((place for place, id_ in enumerate(row) if id_ in np.atleast_1d(ends)), len(row))
        rows.append(row[: first + 1])
    return rows


def facade(path: Path, runtime: hfkit.Runtime = ONNX, **settings: Any) -> hfkit.Generate:
    given: dict[str, Any] = {"max_new_tokens": 16, "runtime": runtime} | settings
    return hfkit.Generate(path, **given)


def tokens(generation: hfkit.Generation[Any]) -> list[list[int]]:
    return [list(one.tokens) for one in generation.continuations]


@pytest.mark.parametrize("family", FAMILIES)
def test_texts_are_those_of_transformers_alone_and_in_a_batch(family: TinyWriterFamily) -> None:
    expected = [written(family, prompt) for prompt in PROMPTS]
    generate = facade(folder(family))
    assert [tokens(generate(prompt)) for prompt in PROMPTS] == expected
    assert [tokens(result) for result in generate.batch(PROMPTS)] == expected
    # A budget for two rows: prompts wait, enter when others leave, and lie beside rows of other lengths.
    narrow = facade(folder(family), replace(ONNX, cache_tokens=80, batch_tokens=16))
    assert [tokens(result) for result in narrow.batch(PROMPTS)] == expected


@pytest.mark.parametrize("family", FAMILIES)
def test_beams_are_those_of_transformers(family: TinyWriterFamily) -> None:
    expected = [written(family, prompt, num_beams=3) for prompt in PROMPTS]
    assert [
        tokens(result) for result in facade(folder(family), decoding=hfkit.Beam(beams=3)).batch(PROMPTS)
    ] == expected


@pytest.mark.parametrize("family", OTHERS)
def test_other_architectures_are_exported_too(family: str, tmp_path: Path) -> None:
    writer = opened(other(family, tmp_path / "model"))  # compared with transformers before it is kept
    assert isinstance(writer, Writer)
    assert writer.card.encodes == (family in {"mt5", "umt5", "mbart", "pegasus", "m2m_100"})
    assert (writer.card.vocabulary, writer.card.joins, writer.card.dtype) == (300, True, "float32")


@pytest.mark.parametrize("family", FAMILIES)
def test_in_8_bits_a_row_is_the_same_in_any_company(family: TinyWriterFamily) -> None:
    writer = opened(folder(family), EIGHT)
    assert writer.card.dtype == "int8"
    (note,) = writer.card.notes
    assert note.startswith(
        "weights are 8 bits: of 96 tokens that the model writes behind random ones, it writes "
    )
    assert note.endswith("; batching changes 0 tokens")
    chance = np.random.default_rng(1)
    rows = [chance.integers(20, 60, length) for length in (5, 13, 1, 30, 8)]
    further = chance.integers(20, 60, (4, len(rows), 1))
    opening = np.array([1]) if writer.card.encodes else None

    def write(batch: RunningBatch, places: list[int]) -> list[Any]:
        read = batch.read([rows[place] for place in places], opening=opening)
        return [read, *(batch.write(column[places])[:, 0] for column in further)]

    together = write(writer.begin(), list(range(len(rows))))
    for place in range(len(rows)):
        for one, all_ in zip(write(writer.begin(), [place]), together, strict=True):
            # Bit for bit; but sources are padded to be encoded, and sums of zeros have an order too.
            atol = 1e-4 if writer.card.encodes else 0.0
            np.testing.assert_allclose(one[0], all_[place], rtol=0, atol=atol)


def test_in_8_bits_it_is_smaller_and_near() -> None:
    full, eight = opened(folder("llama")), opened(folder("llama"), EIGHT)
    size = {}
    for dtype in DTYPES:
        found = find_entry(resolve(folder("llama"), offline=True), CAUSAL_WRITING, dtype)
        assert found is not None
        size[dtype] = (found.path / "model.onnx.data").stat().st_size
    assert size["int8"] < 0.45 * size["float32"]  # norms weigh more in a tiny model
    rows = [np.arange(20, 30)]
    one, other_ = (writer.begin().read(rows) for writer in (full, eight))
    assert 0 < np.abs(one - other_).max() < 0.1 * np.abs(one).max()


def test_a_shared_beginning_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    writer = opened(folder("gpt2"))
    chance = np.random.default_rng(2)
    beginning = chance.integers(20, 60, 12)
    rows = [np.concatenate((beginning, chance.integers(20, 60, length))) for length in (3, 1, 6)]
    expected = writer.begin().read(rows)
    read: list[int] = []
    step = Decoder.step

    def count(self: Decoder, bound: Any, ids: Any, counts: Any, wanted: Any) -> Any:
        read.append(int(counts.sum()))
        return step(self, bound, ids, counts, wanted)

    monkeypatch.setattr(Decoder, "step", count)
    batch = writer.begin()
    np.testing.assert_allclose(batch.read(rows, shared=12), expected, atol=1e-4)
    assert sum(read) == 12 + 3 + 1 + 6
    read.clear()
    np.testing.assert_allclose(batch.read(rows[:2], shared=12), expected[:2], atol=1e-4)
    assert sum(read) == 3 + 1


def test_a_text_longer_than_a_piece_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    writer = opened(folder("mistral"))
    rows = [np.random.default_rng(3).integers(20, 60, length) for length in (40, 17, 33)]
    expected = writer.begin().read(rows)
    monkeypatch.setattr("hfkit.backends.onnx.decoding_batch._PIECE", 8)
    np.testing.assert_allclose(writer.begin().read(rows), expected, atol=1e-4)


def test_a_failing_read_leaves_the_others_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    families: tuple[TinyWriterFamily, ...] = ("gpt2", "t5")
    for family in families:
        writer = opened(folder(family))
        opening = np.array([1]) if writer.card.encodes else None
        rows = [np.arange(20, 28), np.arange(30, 33)]
        batch, untouched = writer.begin(), writer.begin()
        batch.read(rows, opening=opening)
        untouched.read(rows, opening=opening)
        with monkeypatch.context() as patch:
            patch.setattr(Decoder, "step", _refuse)
            with pytest.raises(errors.OutOfMemoryError):
                batch.read(rows, opening=opening)
        token = np.array([[21], [22]])
        np.testing.assert_array_equal(batch.write(token), untouched.write(token))


def _refuse(*_: object) -> None:
    raise errors.OutOfMemoryError("no room", hint="wait")


@pytest.mark.parametrize("runtime", [ONNX, EIGHT], ids=["float32", "int8"])
@pytest.mark.parametrize("family", ["gpt2", "bart"])
def test_ids_that_the_model_does_not_have(family: TinyWriterFamily, runtime: hfkit.Runtime) -> None:
    writer = opened(folder(family), runtime)
    opening = np.array([1]) if writer.card.encodes else None
    with pytest.raises(errors.CorruptModelError, match=r"gives ids up to 9999, the model has \d+"):
        writer.begin().read([np.array([5, 9999])], opening=opening)
    batch = writer.begin()
    batch.read([np.array([5])], opening=opening)
    with pytest.raises(errors.CorruptModelError, match="gives ids up to 9999"):
        batch.write(np.array([[9999]]))


@pytest.mark.parametrize("family", ["gpt2", "marian"])
def test_an_export_is_made_once(family: TinyWriterFamily, monkeypatch: pytest.MonkeyPatch) -> None:
    first = tokens(facade(folder(family))("the cat sat"))
    monkeypatch.setattr(exporting_writers, "trace_decoder", None)
    monkeypatch.setattr(exporting_writers, "trace_encoded", None)
    generate = facade(folder(family), replace(ONNX, threads=1))
    assert tokens(generate("the cat sat")) == first
    assert OnnxBackend().ready(resolve(folder(family), offline=True), CPU, OpensWriters)
    assert facade(folder(family), CPU)("the cat sat").source.backend == "onnx"


def test_an_export_that_is_damaged_is_made_again(tmp_path: Path) -> None:
    path = write_tiny_writer(tmp_path / "model", family="t5", seed=5)
    first = opened(path).begin().read([np.arange(20, 28)], opening=np.array([0]))
    found = find_entry(resolve(path, offline=True), ENCODED_WRITING)
    assert found is not None
    file = found.path / "encoder.onnx.data"
    file.write_bytes(file.read_bytes()[:-100])
    assert not OnnxBackend().ready(resolve(path, offline=True), CPU, OpensWriters)
    np.testing.assert_array_equal(
        opened(path).begin().read([np.arange(20, 28)], opening=np.array([0])), first
    )


@pytest.mark.parametrize("dtype", ["float32", "int8"])
@pytest.mark.parametrize("family", ["llama", "bart"])
def test_an_export_travels_alone_and_needs_no_torch(
    family: TinyWriterFamily, dtype: Any, tmp_path: Path
) -> None:
    runtime = replace(ONNX, dtype=dtype)
    first = tokens(facade(folder(family), runtime, max_new_tokens=8)("the cat sat"))[0]
    task = ENCODED_WRITING if family in ENCODES else CAUSAL_WRITING
    found = find_entry(resolve(folder(family), offline=True), task, dtype)
    assert found is not None
    alone = shutil.copytree(found.path, tmp_path / "alone")
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", LIGHT, str(alone)],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == ["onnx", dtype, *map(str, first)]


def test_a_folder_of_an_export_is_another_when_its_encoder_changes(tmp_path: Path) -> None:
    opened(folder("bart"))
    found = find_entry(resolve(folder("bart"), offline=True), ENCODED_WRITING)
    assert found is not None
    alone = shutil.copytree(found.path, tmp_path / "alone")
    revision = resolve(alone, offline=True).revision
    (alone / "encoder.onnx.data").write_bytes(b"")
    assert resolve(alone, offline=True).revision != revision
    with pytest.raises(errors.CorruptModelError, match=r"encoder\.onnx\.data is not what hfkit wrote"):
        opened(alone)


class TestRefusals:
    def test_a_model_that_lets_nobody_attend_for_it(self) -> None:
        with pytest.raises(errors.ModelError) as caught:
            opened(folder("bloom"))
        assert caught.value.message.endswith(
            "(bloom) cannot be exported to ONNX: "
            "not all of its layers attend as transformers lets others attend for them"
        )
        assert caught.value.hint == "use Runtime(backend='torch')"

    def test_an_export_that_gives_other_logits(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def change(tidied: Path, target: Path) -> None:
            import onnx

            model = onnx.load(tidied)
            for node in model.graph.node:
                for given in node.attribute:
                    if given.name == "scale":
                        given.f *= 1.1
            onnx.save(model, tidied)
            optimize(tidied, target)

        monkeypatch.setattr(exporting_writers, "optimize", change)
        path = write_tiny_writer(tmp_path / "model", family="llama", seed=6)
        with pytest.raises(errors.ModelError, match=r"\(llama\) gives other logits as ONNX, by 0\.\d+, must"):
            opened(path)
        assert not OnnxBackend().ready(resolve(path, offline=True), CPU, OpensWriters)

    def test_an_export_of_somebody_else(self, tmp_path: Path) -> None:
        opened(folder("gpt2"))
        found = find_entry(resolve(folder("gpt2"), offline=True), CAUSAL_WRITING)
        assert found is not None
        foreign = shutil.copytree(found.path, tmp_path / "foreign")
        (foreign / EXPORT_CARD).unlink()
        with pytest.raises(errors.ModelError, match="was exported by somebody else, and hfkit writes with"):
            opened(foreign)

    def test_a_graph_that_is_no_step(self, tmp_path: Path) -> None:
        from onnx import TensorProto, helper, save

        value = helper.make_tensor_value_info("ids", TensorProto.INT64, ["rows"])
        out = helper.make_tensor_value_info("logits", TensorProto.INT64, ["rows"])
        graph = helper.make_graph([helper.make_node("Neg", ["ids"], ["logits"])], "g", [value], [out])
        opsets = [helper.make_opsetid("", 17)]
        save(helper.make_model(graph, opset_imports=opsets, ir_version=8), tmp_path / "model.onnx")
        with pytest.raises(
            errors.ModelError, match="takes ids and gives logits, which is no step of hfkit's"
        ):
            Decoder(tmp_path / "model.onnx", name="m", threads=1)

    @pytest.mark.parametrize(
        ("runtime", "kind"),
        [
            (replace(ONNX, device="cuda"), errors.DeviceError),
            (replace(ONNX, dtype="bfloat16"), errors.SettingError),
        ],
    )
    def test_settings_that_exports_do_not_run_with(
        self, runtime: hfkit.Runtime, kind: type[Exception]
    ) -> None:
        with pytest.raises(kind, match="that backend 'onnx' runs"):
            opened(folder("gpt2"), runtime)

    def test_packages_that_are_missing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = write_tiny_writer(tmp_path / "model", seed=7)
        monkeypatch.setattr("hfkit.backends.onnx.exporting.find_spec", lambda name: name != "onnx")
        with pytest.raises(errors.MissingDependencyError) as caught:
            opened(path)
        assert caught.value.hint == "pip install 'hfkit[export]'"

    def test_an_onnx_runtime_that_is_too_old(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("onnxruntime.__version__", "1.31.1")
        with pytest.raises(errors.MissingDependencyError) as caught:
            opened(folder("gpt2"))
        assert caught.value.message == "onnxruntime 1.31.1 is installed, writing takes 1.32 or later"
        assert caught.value.hint == "pip install --upgrade onnxruntime"

    def test_a_writer_that_is_closed(self) -> None:
        writer = opened(folder("t5"))
        batch = writer.begin()
        writer.close()
        writer.close()
        for use in (writer.begin, lambda: batch.read([np.arange(20, 24)], opening=np.array([0]))):
            with pytest.raises(errors.SessionClosedError):
                use()

    def test_what_the_contract_does_not_have(self) -> None:
        with pytest.raises(ValueError, match="takes no opening"):
            opened(folder("gpt2")).begin().read([np.arange(20, 24)], opening=np.array([0]))
        with pytest.raises(ValueError, match="written beside from an opening on"):
            opened(folder("t5")).begin().read([np.arange(20, 24)])
