"""What a plan foresees of each scheme, against the files that are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForTokenClassification

from hfkit.backends.torch.quiet import quiet_transformers
from hfkit.hub.resolve import resolve
from hfkit.jobs.quantizing.making import make_smaller
from hfkit.jobs.quantizing.planning import plan_quantizing
from hfkit.testing import write_tiny_tagger, write_tiny_writer
from hfkit.values.runtime import Runtime
from hfkit.values.schemes import BitsAndBytes, Cast, Int4, Int8, StaticInt8, Torchao

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.testing import TinyFamily, TinyWriterFamily
    from hfkit.values.schemes import Scheme

RUNTIME = Runtime(device="cpu", threads=1, progress="never")
READS: tuple[TinyFamily, ...] = ("bert", "gpt2")
WRITES: tuple[TinyWriterFamily, ...] = ("llama", "gpt2")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """Models whose weights are large beside what a graph says of them."""
    folder = tmp_path_factory.mktemp("models")
    made: dict[tuple[str, str], Path] = {}
    for reads in READS:
        made["Tag", reads] = write_tiny_tagger(folder / f"tag-{reads}", family=reads)
    for writes in WRITES:
        made["Generate", writes] = write_tiny_writer(folder / f"generate-{writes}", family=writes)
    for (verb, _), model in made.items():
        config = AutoConfig.from_pretrained(model, local_files_only=True)
        config.vocab_size = 8000
        config.hidden_size, config.num_attention_heads = 256, 4
        if config.model_type != "gpt2":
            config.intermediate_size = 704
        if config.model_type == "llama":
            config.head_dim, config.num_key_value_heads = 64, 4
        kind = AutoModelForTokenClassification if verb == "Tag" else AutoModelForCausalLM
        with quiet_transformers():
            kind.from_config(config).save_pretrained(model)  # type: ignore[no-untyped-call]
    return made


OFF: tuple[tuple[Scheme, float], ...] = (
    (Cast(), 1e-3),
    (Torchao("int8"), 1e-3),
    (Torchao("int8_dynamic"), 1e-3),
    (Torchao("float8"), 1e-3),
    (BitsAndBytes("int8"), 2e-3),
    (BitsAndBytes("nf4"), 1e-3),
    (Int8(), 0.02),
    (StaticInt8(("it was a good story", "a bad one")), 0.02),
    (Int4(), 0.02),
)
"""How far a plan may be off; of an export nodes are guessed, and equal biases, as those drawn here, are kept once."""

CASES = [
    (verb, family, scheme, off)
    for verb, families in (("Tag", READS), ("Generate", WRITES))
    for family in families
    for scheme, off in OFF
    if not (isinstance(scheme, Torchao) and family == "gpt2")  # what is refused has tests of its own
    and not (isinstance(scheme, StaticInt8) and verb == "Generate")
]


@pytest.mark.parametrize(("verb", "family", "scheme", "off"), CASES, ids=repr)
def test_a_plan_is_near_what_is_written(
    verb: Literal["Tag", "Generate"],
    family: str,
    scheme: Scheme,
    off: float,
    *,
    models: dict[tuple[str, str], Path],
    tmp_path: Path,
) -> None:
    folder = resolve(models[verb, family], offline=True)
    plan = plan_quantizing(folder, scheme, RUNTIME)
    out = tmp_path / "out" / "model"
    out.parent.mkdir()
    make_smaller(folder, verb, scheme, RUNTIME, out)
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    assert plan.expected_bytes == pytest.approx(size, rel=off)
