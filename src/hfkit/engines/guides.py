"""Hold a text to a shape while a model writes it: which tokens may come next."""

from __future__ import annotations

import copy
import json
from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np

from hfkit.errors import InputError, MissingDependencyError, SettingError, TokenizerError
from hfkit.text.inner_tokens import InnerTokens
from hfkit.text.shapes import PatternGrammar, SchemaGrammar
from hfkit.text.spelling import token_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt
    from llguidance import LLMatcher
    from tokenizers import Tokenizer

    from hfkit.text.shapes import Grammar, Shape

__all__ = ["Guides", "TextGuide", "check_shape"]

# A blank after a comma or a colon is as most JSON is written; more of them a small model might never end. Characters
# have no escapes by number: each text has one spelling then, so that a key cannot come again in another, and half of
# a surrogate pair not at all.
_JSON_OPTIONS: Final = {
    "whitespace_flexible": False,
    "item_separator": ", ?",
    "key_separator": ": ?",
    "json_allowed_escapes": 'nrbtf\\"',
    "json_allow_general_unicode_escapes": False,
    "coerce_one_of": False,
    "lenient": False,
}
_JSON_CHARACTERS: Final = frozenset('{}[]":,-.0123456789aeflnrstu')
_WORD: Final = 32
_MESSAGE_LENGTH: Final = 300

# Grammars take kilobytes to megabytes, and a program may make them up as it goes.
_KEPT: Final = 64


def check_shape(shape: Shape[object]) -> None:
    """Let the engine look at a shape before there is a model.

    Raises:
        MissingDependencyError: the engine is not installed.
        SettingError: the engine cannot follow the shape.
    """
    _require_engine()
    from llguidance import LLMatcher

    failed, messages = LLMatcher.validate_grammar_with_warnings(_grammar_of(shape.grammar))
    if failed:
        raise _cannot_follow(shape.grammar, messages[0])


class Guides:
    """Makes guides for the texts of one model; a grammar is compiled once.

    Args:
        tokenizer: the model's, open.
        vocabulary: how many tokens the model's logits tell apart; may be more than the tokenizer has.
        ends: the ids that end a text; without any a text ends where nothing can follow.

    Raises:
        MissingDependencyError: the engine is not installed.
        TokenizerError: the tokens do not say what they spell.

    Source: https://github.com/guidance-ai/llguidance
    """

    def __init__(self, tokenizer: Tokenizer, *, vocabulary: int, ends: Sequence[int]) -> None:
        _require_engine()
        from llguidance import LLTokenizer, TokenizerWrapper

        self._ends = frozenset(end for end in ends if end < vocabulary)
        spelled = token_bytes(tokenizer, vocabulary=vocabulary)
        for end in self._ends:
            spelled[end] = b""
        self._spelled = spelled
        # The engine gets an end of its own, beyond the vocabulary: a model may have none.
        wrapped = TokenizerWrapper(_Spelling(tokenizer, [*spelled, b""], end=vocabulary))
        self._engine = LLTokenizer(wrapped, slices=LLTokenizer.json_slices())
        self._written = frozenset(piece for piece in spelled if len(piece.decode("utf-8", "replace")) == 1)
        self._first: dict[Grammar, LLMatcher] = {}
        self._lock = Lock()

    def start(self, shape: Shape[object]) -> TextGuide:
        """Give a guide at the beginning of a text; quick for a shape that was met before.

        Raises:
            SettingError: the engine cannot follow the shape.
            TokenizerError: the vocabulary has no token for a character that the shape needs.
        """
        grammar = shape.grammar
        with self._lock:
            first = self._first.get(grammar)
            if first is None:
                self._require_spelling(grammar)
                if len(self._first) >= _KEPT:
                    del self._first[next(iter(self._first))]
                first = self._first[grammar] = self._compile(grammar)
        return TextGuide(first.deep_copy(), self._spelled, self._ends)

    def _compile(self, grammar: Grammar) -> LLMatcher:
        from llguidance import LLMatcher

        matcher = LLMatcher(self._engine, _grammar_of(grammar), log_level=0)
        if matcher.is_error():
            raise _cannot_follow(grammar, matcher.get_error())
        return matcher

    def _require_spelling(self, grammar: Grammar) -> None:
        """Refuse a shape that must hold what the vocabulary cannot write: T5's, for one, has no braces."""
        needed: set[str] = set()
        match grammar:
            case SchemaGrammar():
                needed.update(_JSON_CHARACTERS, *_texts(json.loads(grammar.schema)))
            case PatternGrammar():  # what else it needs is known when there is no way on
                needed.update(grammar.needs)
        missing = [
            character for character in sorted(needed) if not self._can_write(character.encode("utf-8"))
        ]
        if missing:
            raise TokenizerError(
                f"the tokenizer has no tokens for {''.join(missing)!r}, which the shape needs",
                hint="take a model whose tokens spell every character",
            )

    def _can_write(self, character: bytes) -> bool:
        return character in self._written or all(bytes([byte]) in self._written for byte in character)


class TextGuide:
    """How far one text has come within its shape, and how it may go on.

    Not for several threads at a time: each text has its own.
    """

    def __init__(self, matcher: LLMatcher, spelled: Sequence[bytes], ends: frozenset[int]) -> None:
        self._matcher = matcher
        self._spelled = spelled
        self._ends = ends
        self._bits = np.zeros(len(spelled) // _WORD + 1, dtype=np.uint32)  # with the engine's own end
        self._pieces: list[bytes] = []
        self._ended = False

    @property
    def complete(self) -> bool:
        """Whether the text so far is whole: it may end here, and its value be read."""
        return self._matcher.is_accepting()

    @property
    def ended(self) -> bool:
        """Whether the text is whole and nothing but an end may come."""
        return self._ended or (self._matcher.is_stopped() and not self._matcher.is_error())

    @property
    def text(self) -> str:
        """The text so far, exactly as its tokens spell it, without half a character at its end."""
        return b"".join(self._pieces).decode("utf-8", "ignore")

    def allowed(self) -> npt.NDArray[np.bool_]:
        """Tell which tokens may come next.

        Returns:
            For each id whether its token may come, of shape [vocabulary], the caller's own. An end may come exactly
            where the text is complete, and then nothing after it but ends.

        Raises:
            SettingError: the engine gave up: the shape is too complex.
            TokenizerError: the shape goes on with what no token spells.
        """
        matcher = self._matcher
        if self._ended or matcher.is_stopped():
            self._require_health()
            mask = np.zeros(len(self._spelled), dtype=np.bool_)
        else:
            matcher.unsafe_compute_mask_ptr(self._bits.ctypes.data, self._bits.nbytes)
            self._require_health()  # an engine that failed lets a text end anywhere
            bits = self._bits.view(np.uint8)
            mask = np.unpackbits(bits, bitorder="little", count=len(self._spelled)).view(np.bool_)
        complete = self.complete
        for end in self._ends:
            mask[end] = complete
        if not complete and not mask.any():
            raise self._dead_end()
        return mask

    def accept(self, token: int) -> None:
        """Go on by one token.

        Args:
            token: the id of one that may come.

        Raises:
            InputError: it may not come.
        """
        if token in self._ends and self.complete:
            self._ended = True
            return
        if self._ended or token in self._ends or self._matcher.try_consume_tokens([token]) != 1:
            raise InputError(
                f"token {token} may not come after {self.text[-40:]!r}", hint="take one that is allowed"
            )
        self._pieces.append(self._spelled[token])

    def forced(self) -> tuple[int, ...]:
        """Give the tokens that must come next, as the tokenizer itself would cut them; often none.

        A model need not be asked for them.
        """
        if self._ended or self._matcher.is_stopped():
            return ()
        return tuple(self._matcher.compute_ff_tokens())

    def copy(self) -> TextGuide:
        """Give a guide at the same place that goes its own way."""
        twin = copy.copy(self)
        twin._matcher = self._matcher.deep_copy()  # noqa: SLF001  # its own class
        twin._bits = self._bits.copy()  # noqa: SLF001
        twin._pieces = self._pieces.copy()  # noqa: SLF001
        return twin

    def _require_health(self) -> None:
        if self._matcher.is_error():
            error = _short(self._matcher.get_error())
            if error.startswith("NoExtensionBias"):
                raise self._dead_end()
            raise SettingError(
                f"the shape is too complex to go on from {self.text[-40:]!r}: {error}",
                hint="ask for less at a time: shorter lists, fewer optional properties, simpler patterns",
            )

    def _dead_end(self) -> TokenizerError:
        return TokenizerError(
            f"no token can go on from {self.text[-40:]!r} within the shape",
            hint="see that the shape has a value at all, or take a model whose tokens spell every character",
        )


class _Spelling:
    """A tokenizer as the engine wants to see it.

    Attributes:
        eos_token_id: a token that ends a text.
        bos_token_id: none begins one.
        tokens: what each token spells.
        special_token_ids: the tokens that spell nothing.
    """

    def __init__(self, tokenizer: Tokenizer, spelled: Sequence[bytes], *, end: int) -> None:
        self.eos_token_id = end
        self.bos_token_id = None
        self.tokens = spelled
        self.special_token_ids = [id_ for id_, piece in enumerate(spelled) if not piece]
        self._inner = InnerTokens(tokenizer, spelled)

    def __call__(self, text: str | bytes) -> list[int]:
        """Cut what must come next into tokens: where it is all that may, the engine allows these alone."""
        return self._inner.cut(text if isinstance(text, str) else text.decode("utf-8"))


def _grammar_of(grammar: Grammar) -> str:
    """Write a shape in the engine's language; a blank may stand before what follows a prompt."""
    from llguidance import LLMatcher

    match grammar:
        case SchemaGrammar():
            schema = json.loads(grammar.schema) | {"x-guidance": _JSON_OPTIONS}
            return LLMatcher.grammar_from_lark(f"start: / ?/ json\njson: %json {json.dumps(schema)}")
        case PatternGrammar():
            return LLMatcher.grammar_from_regex(grammar.pattern)


def _texts(value: object) -> Iterator[str]:
    """Give every text of a schema but patterns, which may need some of theirs and may not."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key != "pattern":
                yield key
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _require_engine() -> None:
    try:
        import llguidance  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError(
            "llguidance is not installed", hint="pip install 'hfkit[structured]'"
        ) from error


def _cannot_follow(grammar: Grammar, message: str) -> SettingError:
    kind = "the schema" if isinstance(grammar, SchemaGrammar) else f"the pattern {grammar.pattern!r}"
    return SettingError(f"{kind} cannot be followed: {_short(message)}", hint="say it in simpler words")


def _short(message: str) -> str:
    """Keep what an engine says of the fault, without the place in a grammar that nobody but it wrote."""
    fault = message.partition("\n<state>")[0].partition("\n   1 |")[0]
    return " ".join(fault.rpartition("compile JSON schema: ")[2].split())[:_MESSAGE_LENGTH]
