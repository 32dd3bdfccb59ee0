from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pytest
from tokenizers import Tokenizer

from hfkit.engines.guides import Guides, TextGuide, check_shape
from hfkit.errors import InputError, MissingDependencyError, SettingError, TokenizerError
from hfkit.testing.tokenizers import write_byte_pairs, write_unigrams, write_word_pieces
from hfkit.text.forms import shape_of
from hfkit.text.shapes import PatternGrammar, SchemaGrammar, Shape
from hfkit.text.spelling import token_bytes
from hfkit.values.structure import Choice, JsonSchema, Regex

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = {
    "properties": {"first name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["first name"],
    "additionalProperties": False,
    "type": "object",
}
PERSON = shape_of(JsonSchema(SCHEMA))
MORE = 5


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    folder = tmp_path_factory.mktemp("tokenizer")
    write_byte_pairs(folder)
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


@pytest.fixture(scope="module")
def guides(tokenizer: Tokenizer) -> Guides:
    return Guides(tokenizer, vocabulary=tokenizer.get_vocab_size() + MORE, ends=[2, 0])


@pytest.fixture
def write(tokenizer: Tokenizer) -> Callable[[TextGuide, str], bool]:
    """Write a text under a guide, as the tokenizer cuts it; tell whether it may be written and is whole."""

    def write(guide: TextGuide, text: str) -> bool:
        for token in tokenizer.encode(text, add_special_tokens=False).ids:
            if not guide.allowed()[token]:
                return False
            guide.accept(token)
        return guide.complete

    return write


Write: TypeAlias = Callable[[TextGuide, str], bool]


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ('{"first name":"Zoë","age":3}', True),
        ('{"first name": "Zoë", "age": 3}', True),
        (' {"first name":"Zoë"}', True),
        ('  {"first name":"Zoë"}', False),
        ('{"first name":  "Zoë"}', False),
        ('{ "first name":"Zoë"}', False),
        ('{"first name":"Zoë","more":1}', False),
        ('{"age":3,"first name":"Zoë"}', False),
        ('{"first name":"Zo', False),
        (r'{"first name":"a\nb\\\""}', True),
        (r'{"first name":"\ud83d"}', False),
        (r'{"first name":"\u0041"}', False),
        (r'{"first name":"\/"}', False),
    ],
)
def test_json_is_written_on_one_line_with_a_blank_here_and_there(
    guides: Guides,
    write: Write,
    text: str,
    fits: bool,  # noqa: FBT001
) -> None:
    assert write(guides.start(PERSON), text) == fits


def test_a_key_has_one_spelling(guides: Guides, write: Write) -> None:
    open_ = {
        "properties": {"a": {"type": "integer"}},
        "type": "object",
        "additionalProperties": {"type": "string"},
    }
    shape = shape_of(JsonSchema(open_))
    assert write(guides.start(shape), '{"a":1,"b":"x"}')
    assert not write(guides.start(shape), r'{"a":1,"\u0061":"x"}')
    assert not write(guides.start(shape), '{"a":1,"a":"x"}')


def test_an_end_may_come_exactly_where_the_text_is_whole(guides: Guides, tokenizer: Tokenizer) -> None:
    guide = guides.start(shape_of(int))
    assert (guide.complete, bool(guide.allowed()[[0, 2]].any())) == (False, False)
    guide.accept(tokenizer.get_vocab()["1"])
    assert (guide.complete, guide.ended, bool(guide.allowed()[[0, 2]].all())) == (True, False, True)
    guide.accept(2)
    assert (guide.complete, guide.ended) == (True, True)
    assert np.flatnonzero(guide.allowed()).tolist() == [0, 2]
    assert guide.text == "1"


def test_where_nothing_can_follow_only_an_end_may(guides: Guides, write: Write) -> None:
    guide = guides.start(shape_of(bool))
    assert write(guide, "true")
    assert guide.ended
    assert np.flatnonzero(guide.allowed()).tolist() == [0, 2]
    assert guide.forced() == ()


def test_special_tokens_and_ids_without_a_token_never_come(guides: Guides, tokenizer: Tokenizer) -> None:
    size = tokenizer.get_vocab_size()
    guide = guides.start(shape_of(str))
    guide.accept(tokenizer.get_vocab()['"'])
    allowed = guide.allowed()
    assert allowed.shape == (size + MORE,)
    assert allowed.dtype == np.bool_
    assert not allowed[size:].any()
    assert not allowed[
        [tokenizer.get_vocab()[name] for name in ("<s>", "<pad>", "</s>", "<unk>", "<mask>")]
    ].any()
    assert allowed.sum() > size / 2


def test_the_mask_is_the_callers_own(guides: Guides) -> None:
    guide = guides.start(shape_of(str))
    first = guide.allowed()
    kept = first.copy()
    first[:] = False
    assert np.array_equal(guide.allowed(), kept)


def test_what_may_not_come_is_refused(guides: Guides, tokenizer: Tokenizer) -> None:
    guide = guides.start(shape_of(int))
    for token in (tokenizer.get_vocab()["a"], 2):
        with pytest.raises(InputError, match=f"token {token} may not come after ''"):
            guide.accept(token)
    guide.accept(tokenizer.get_vocab()["7"])
    guide.accept(2)
    with pytest.raises(InputError, match="may not come after '7'"):
        guide.accept(tokenizer.get_vocab()["7"])


def test_half_a_character_waits_for_its_other_half(guides: Guides, tokenizer: Tokenizer) -> None:
    guide = guides.start(shape_of(str))
    ids = tokenizer.encode('"😀"', add_special_tokens=False).ids
    for token in ids[:3]:
        guide.accept(token)
    assert guide.text == '"'
    assert not guide.allowed()[tokenizer.get_vocab()['"']]
    for token in ids[3:]:
        guide.accept(token)
    assert guide.text == '"😀"'


def test_a_copy_goes_its_own_way(guides: Guides, tokenizer: Tokenizer, write: Write) -> None:
    guide = guides.start(shape_of(list[int]))
    guide.accept(tokenizer.get_vocab()["["])
    twin = guide.copy()
    assert write(twin, "1,2]")
    assert (guide.text, twin.text) == ("[", "[1,2]")
    assert not guide.complete
    assert write(guide, "3]")


def test_forced_tokens_are_those_of_the_tokenizer(guides: Guides, tokenizer: Tokenizer, write: Write) -> None:
    guide = guides.start(PERSON)
    write(guide, '{"')
    forced = guide.forced()
    assert 'first name":'.startswith(tokenizer.decode(list(forced)))
    for token in forced:
        assert guide.allowed()[token]
        guide.accept(token)
    assert len(guide.text) > len('{"')


def test_the_first_guide_of_a_shape_stays_at_the_beginning(guides: Guides, write: Write) -> None:
    assert write(guides.start(PERSON), '{"first name":"a"}')
    assert guides.start(PERSON).text == ""
    assert write(guides.start(PERSON), '{"first name":"b"}')


@pytest.mark.parametrize(
    ("structure", "text", "fits"),
    [
        (Choice(("a/b", "né")), "a/b", True),
        (Choice(("a/b", "né")), " né", True),
        (Choice(("a/b", "né")), "n", False),
        (Regex(r"[A-Z]\d{2}"), "A12", True),
        (Regex(r"[A-Z]\d{2}"), " A12", False),
    ],
)
def test_choices_and_patterns_stand_alone(
    guides: Guides,
    write: Write,
    structure: Any,
    text: str,
    fits: bool,  # noqa: FBT001
) -> None:
    assert write(guides.start(shape_of(structure)), text) == fits


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (
            {"oneOf": [{"type": "number"}, {"type": "integer"}]},
            "the schema cannot be followed: oneOf constraints are not",
        ),
        ({"type": "integer", "const": "a"}, "the schema cannot be followed: Unsatisfiable schema"),
    ],
)
def test_what_the_engine_cannot_follow_is_refused(
    guides: Guides, schema: dict[str, Any], message: str
) -> None:
    shape = shape_of(JsonSchema(schema))
    with pytest.raises(SettingError, match=message):
        check_shape(shape)
    with pytest.raises(SettingError, match=message):
        guides.start(shape)


def test_a_pattern_that_the_engine_cannot_follow_is_refused(guides: Guides) -> None:
    shape = Shape(PatternGrammar("(?=a)"), str)
    with pytest.raises(SettingError, match=r"the pattern '\(\?=a\)' cannot be followed"):
        check_shape(shape)
    with pytest.raises(SettingError, match=r"the pattern '\(\?=a\)' cannot be followed"):
        guides.start(shape)


def test_a_shape_that_can_be_followed_passes() -> None:
    check_shape(PERSON)


def test_an_engine_that_gives_up_ends_no_text(guides: Guides, tokenizer: Tokenizer) -> None:
    """The engine's mask would allow an end: a text would stop within its value."""
    guide = guides.start(shape_of(str))
    guide.accept(tokenizer.get_vocab()['"'])
    guide._matcher.consume_token(2)  # puts the engine into its state of error
    with pytest.raises(SettingError, match="the shape is too complex to go on from"):
        guide.allowed()


def test_pieces_with_marked_blanks_write_too(tmp_path: Path) -> None:
    write_unigrams(tmp_path)
    pieces = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    guides = Guides(pieces, vocabulary=pieces.get_vocab_size(), ends=[2])
    guide = guides.start(shape_of(Choice(("a story", "a day"))))
    for token in pieces.encode("a story", add_special_tokens=False).ids:  # which puts a blank before it
        assert guide.allowed()[token]
        guide.accept(token)
    assert (guide.text, guide.complete) == (" a story", True)
    assert guides.start(shape_of(Choice(("a story",)))).forced() == ()


def test_bytes_fill_what_pieces_lack(tmp_path: Path) -> None:
    write_unigrams(tmp_path)
    description = json.loads((tmp_path / "tokenizer.json").read_text(encoding="utf-8"))
    description["model"]["vocab"] += [[f"<0x{byte:02X}>", -20.0] for byte in range(256)]
    description["model"]["byte_fallback"] = True
    pieces = Tokenizer.from_str(json.dumps(description))
    guide = Guides(pieces, vocabulary=pieces.get_vocab_size(), ends=[2]).start(PERSON)
    spelled = token_bytes(pieces, vocabulary=pieces.get_vocab_size())
    rest = '{"first name":"世"}'.encode()
    while rest:
        fitting = [id_ for id_ in np.flatnonzero(guide.allowed()).tolist() if rest.startswith(spelled[id_])]
        token = max(fitting, key=lambda id_: len(spelled[id_]))
        guide.accept(token)
        rest = rest.removeprefix(spelled[token])
    assert PERSON.decode(guide.text) == {"first name": "世"}


def test_a_vocabulary_without_braces_writes_no_json(tmp_path: Path) -> None:
    write_unigrams(tmp_path)
    pieces = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    guides = Guides(pieces, vocabulary=pieces.get_vocab_size(), ends=[2])
    with pytest.raises(
        TokenizerError, match=r"the tokenizer has no tokens for '.*\{.*', which the shape needs"
    ):
        guides.start(PERSON)
    with pytest.raises(TokenizerError, match="has no tokens for '٣', which the shape needs"):
        guides.start(shape_of(Choice(("٣",))))


def test_a_pattern_without_a_way_on_is_told_when_it_is_met(tmp_path: Path) -> None:
    write_unigrams(tmp_path)
    pieces = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    guide = Guides(pieces, vocabulary=pieces.get_vocab_size(), ends=[2]).start(shape_of(Regex("a٣")))
    guide.accept(pieces.get_vocab()["a"])
    with pytest.raises(TokenizerError, match="no token can go on from 'a' within the shape"):
        guide.allowed()


def test_the_characters_of_a_schema_are_needed_but_not_those_of_patterns() -> None:
    from hfkit.engines.guides import _texts

    schema = {"properties": {"ä": {"pattern": "ö", "enum": ["ü", 1]}}}
    assert set(_texts(schema)) == {"properties", "ä", "enum", "ü"}


def test_a_tokenizer_of_parts_of_words_is_refused(tmp_path: Path) -> None:
    write_word_pieces(tmp_path)
    parts = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    with pytest.raises(TokenizerError, match="does not tell what its tokens spell"):
        Guides(parts, vocabulary=100, ends=[3])


def test_without_the_engine_the_extra_is_named(tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def missing(name: str, *arguments: Any) -> Any:
        if name == "llguidance":
            raise ImportError(name)
        return imported(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", missing)
    for attempt in (lambda: check_shape(PERSON), lambda: Guides(tokenizer, vocabulary=10, ends=[0])):
        with pytest.raises(MissingDependencyError) as caught:
            attempt()
        assert caught.value.message == "llguidance is not installed"
        assert caught.value.hint == "pip install 'hfkit[structured]'"


def test_shapes_of_equal_grammars_are_compiled_once(guides: Guides) -> None:
    before = len(guides._first)
    for _ in range(3):
        guides.start(Shape(SchemaGrammar('{"enum": ["once"]}'), str))
    assert len(guides._first) == before + 1


def test_grammars_are_kept_in_bounds(tokenizer: Tokenizer) -> None:
    guides = Guides(tokenizer, vocabulary=tokenizer.get_vocab_size(), ends=[2])
    for number in range(100):
        guides.start(Shape(SchemaGrammar(f'{{"const": {number}}}'), str))
    assert len(guides._first) == 64


@pytest.mark.parametrize("more", range(34))
def test_a_model_without_an_end_writes_until_nothing_can_follow(tokenizer: Tokenizer, more: int) -> None:
    size = tokenizer.get_vocab_size() + more
    guide = Guides(tokenizer, vocabulary=size, ends=[size]).start(shape_of(Choice(("a", "ab"))))
    guide.accept(tokenizer.get_vocab()["a"])
    assert (guide.complete, guide.ended, guide.allowed().shape) == (True, False, (size,))
    assert [tokenizer.id_to_token(int(token)) for token in np.flatnonzero(guide.allowed()).tolist()] == ["b"]
    guide.accept(tokenizer.get_vocab()["b"])
    assert (guide.complete, guide.ended, bool(guide.allowed().any())) == (True, True, False)
