"""Generate against ``model.generate`` of transformers, for every family, one at a time and in batches."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, get_args

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

import hfkit
from hfkit.testing import TinyWriterFamily, write_tiny_writer

FAMILIES = get_args(TinyWriterFamily)
ENCODES = {"t5", "bart", "marian"}
PROMPTS = [
    "the cat sat",
    "a",
    "dogs run far and the cat sat on a mat",
    "12 apples, or more?",
    "the the the the",
    "naïve 東京 🙂 text",
]


@cache
def folder(family: TinyWriterFamily) -> Path:
    return write_tiny_writer(Path(mkdtemp(prefix=f"hfkit-{family}-")), family=family)


@cache
def reference(family: TinyWriterFamily) -> tuple[Any, Any]:
    kind = AutoModelForSeq2SeqLM if family in ENCODES else AutoModelForCausalLM
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Recommended: pip install sacremoses")
        return kind.from_pretrained(folder(family)).eval(), AutoTokenizer.from_pretrained(folder(family))


def written(family: TinyWriterFamily, prompt: str, **settings: Any) -> list[list[int]]:
    """What transformers writes: the new ids, padding left out."""
    model, tokenizer = reference(family)
    inputs = tokenizer(prompt, return_tensors="pt")
    inputs.pop("token_type_ids", None)
    with torch.inference_mode():
        found = model.generate(**inputs, **({"do_sample": False} | settings))
    start = 1 if family in ENCODES else inputs["input_ids"].shape[1]
    ends = model.generation_config.eos_token_id
    ends = ends if isinstance(ends, list) else [ends]
    rows = []
    for row in found[:, start:].tolist():
        first = next((place for place, id_ in enumerate(row) if id_ in ends), len(row))
        rows.append(row[: first + 1])
    return rows


def facade(family: TinyWriterFamily, **settings: Any) -> hfkit.Generate:
    return hfkit.Generate(folder(family), **({"max_new_tokens": 20} | settings))


def tokens(generation: hfkit.Generation[Any]) -> list[list[int]]:
    return [list(one.tokens) for one in generation.continuations]


@pytest.mark.parametrize("family", FAMILIES)
def test_greedy_is_that_of_transformers_alone_and_in_a_batch(family: TinyWriterFamily) -> None:
    expected = [written(family, prompt, max_new_tokens=20) for prompt in PROMPTS]
    generate = facade(family)
    assert [tokens(generate(prompt)) for prompt in PROMPTS] == expected
    assert [tokens(result) for result in generate.batch(PROMPTS)] == expected
    # A budget for two rows: prompts wait, enter when others leave, and lie beside rows of other lengths.
    narrow = facade(family, runtime=hfkit.Runtime(cache_tokens=90, batch_tokens=16))
    assert [tokens(result) for result in narrow.batch(PROMPTS)] == expected


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("beam", "settings"),
    [
        (hfkit.Beam(beams=3, alternatives=3), {}),
        (hfkit.Beam(beams=4, length_penalty=2.0, alternatives=2), {"length_penalty": 2.0}),
        (
            hfkit.Beam(beams=2, length_penalty=-1.0, early_stopping="never"),
            {"length_penalty": -1.0, "early_stopping": "never"},
        ),
        (hfkit.Beam(beams=3, early_stopping="always"), {"early_stopping": True}),
    ],
    ids=["plain", "long", "never", "always"],
)
def test_beams_are_those_of_transformers(
    family: TinyWriterFamily, beam: hfkit.Beam, settings: dict[str, Any]
) -> None:
    expected = [
        written(
            family,
            prompt,
            max_new_tokens=12,
            num_beams=beam.beams,
            num_return_sequences=beam.alternatives,
            **settings,
        )
        for prompt in PROMPTS[:4]
    ]
    generate = facade(family, decoding=beam, max_new_tokens=12)
    assert [tokens(result) for result in generate.batch(PROMPTS[:4])] == expected
    assert tokens(generate(PROMPTS[2])) == expected[2]


@pytest.mark.parametrize("family", FAMILIES)
def test_penalties_are_those_of_transformers(family: TinyWriterFamily) -> None:
    settings = {"repetition_penalty": 1.7, "no_repeat_ngram_size": 2}
    expected = [
        written(family, prompt, max_new_tokens=20, min_new_tokens=9, **settings) for prompt in PROMPTS
    ]
    generate = facade(family, decoding=hfkit.Greedy(**settings), min_new_tokens=9)  # type: ignore[arg-type]
    assert [tokens(result) for result in generate.batch(PROMPTS)] == expected


@pytest.mark.parametrize("family", FAMILIES)
def test_log_probabilities_are_those_of_the_model(family: TinyWriterFamily) -> None:
    model, tokenizer = reference(family)
    result = facade(family, logprobs=2)(PROMPTS[0])
    (best,) = result.continuations
    ids = tokenizer(PROMPTS[0], return_tensors="pt")["input_ids"]
    new = torch.tensor([best.tokens])
    with torch.inference_mode():
        if family in ENCODES:
            start = torch.tensor([[model.generation_config.decoder_start_token_id]])
            logits = model(input_ids=ids, decoder_input_ids=torch.cat((start, new[:, :-1]), 1)).logits[0]
        else:
            logits = model(torch.cat((ids, new[:, :-1]), 1)).logits[0, ids.shape[1] - 1 :]
    logprobs = torch.log_softmax(logits.double(), -1)
    assert best.logprobs is not None
    assert [entry.id for entry in best.logprobs] == list(best.tokens)
    for entry, row in zip(best.logprobs, logprobs, strict=True):
        assert entry.logprob == pytest.approx(float(row[entry.id]), abs=1e-4)
        top = row.topk(2)
        assert [one.id for one in entry.top] == top.indices.tolist()
        assert [one.logprob for one in entry.top] == pytest.approx(top.values.tolist(), abs=1e-4)
    assert best.score == pytest.approx(sum(entry.logprob for entry in best.logprobs))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "decoding", [hfkit.Greedy(), hfkit.Sample(temperature=0.9, seed=5), hfkit.Beam(beams=2)], ids=repr
)
def test_pieces_add_up_to_the_text(family: TinyWriterFamily, decoding: hfkit.Greedy) -> None:
    generate = facade(family, decoding=decoding)
    for prompt in PROMPTS:
        pieces = list(generate.stream(prompt))
        assert "".join(pieces) == generate(prompt).text
        assert all(pieces)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_seed_belongs_to_the_request(family: TinyWriterFamily) -> None:
    generate = facade(family, decoding=hfkit.Sample(temperature=0.9, top_p=0.95, seed=11, alternatives=2))
    alone = [generate(prompt).continuations for prompt in PROMPTS]
    backwards = list(generate.batch([*reversed(PROMPTS), PROMPTS[0]]))
    found = [[(one.text, one.finish_reason) for one in continuations] for continuations in alone]
    again = [[(one.text, one.finish_reason) for one in result.continuations] for result in backwards]
    assert again == [*reversed(found), found[0]]
    other = facade(family, decoding=hfkit.Sample(temperature=0.9, top_p=0.95, seed=12)).batch(PROMPTS)
    assert [result.text for result in other] != [result[0].text for result in alone]


@pytest.mark.parametrize("family", sorted(set(FAMILIES) - ENCODES))
def test_a_shared_beginning_changes_nothing(family: TinyWriterFamily) -> None:
    beginning = "the cat sat on a mat and dogs run far; " * 2
    prompts = [beginning + prompt for prompt in PROMPTS]
    generate = hfkit.Generate(folder(family), max_new_tokens=4)
    model, _ = reference(family)
    if getattr(model.config, "max_position_embeddings", None) or getattr(model.config, "n_positions", None):
        prompts = [prompt[-60:] for prompt in prompts]
    assert [tokens(result) for result in generate.batch(prompts)] == [
        written(family, prompt, max_new_tokens=4) for prompt in prompts
    ]


@pytest.mark.parametrize("family", FAMILIES)
def test_guesses_change_nothing(family: TinyWriterFamily) -> None:
    generate = facade(family, prompt_lookup=5)
    prompts = [*PROMPTS, "the cat sat the cat sat the cat"]
    assert [tokens(generate(prompt)) for prompt in prompts] == [
        written(family, prompt, max_new_tokens=20) for prompt in prompts
    ]
