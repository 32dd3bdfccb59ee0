"""The engines that hold texts to a schema, each behind the same few calls: hfkit's, llguidance bare, xgrammar."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from hfkit.engines.guides import Guides
from hfkit.errors import InputError, SettingError
from hfkit.text.shapes import json_shape
from hfkit.values.structure import JsonSchema

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    import xgrammar
    from llguidance import LLMatcher
    from tokenizers import Tokenizer

    from hfkit.testing.wandering import Guide

__all__ = ["ENGINES", "Compiled", "Compiles"]


class Compiled(Protocol):
    """A schema that an engine follows."""

    def start(self) -> Guide:
        """Give a guide at the beginning of a text."""
        ...

    def takes(self, text: str) -> bool:
        """Tell whether a text may be written from its beginning to its end."""
        ...


class Compiles(Protocol):
    """An engine: gives None for a schema that it refuses."""

    def __call__(self, schema: object, /) -> Compiled | None:
        """Compile a schema."""
        ...


class _Hfkit:
    def __init__(self, tokenizer: Tokenizer, end: int) -> None:
        self._tokenizer = tokenizer
        self._guides = Guides(tokenizer, vocabulary=tokenizer.get_vocab_size(), ends=[end])

    def __call__(self, schema: object, /) -> Compiled | None:
        try:
            whole = schema if isinstance(schema, dict) else {"allOf": [schema]}
            shape = json_shape(JsonSchema(whole))
            self._guides.start(shape)
        except SettingError:
            return None
        return _Started(lambda: self._guides.start(shape), self._tokenizer)


class _Started:
    """A schema by the guides that start under it."""

    def __init__(self, start: Callable[[], Guide], tokenizer: Tokenizer) -> None:
        self._start = start
        self._tokenizer = tokenizer

    def start(self) -> Guide:
        return self._start()

    def takes(self, text: str) -> bool:
        guide = self._start()
        try:
            for token in self._tokenizer.encode(text, add_special_tokens=False).ids:
                guide.accept(token)
        except InputError:
            return False
        return guide.complete


class _Llguidance:
    """llguidance as it comes, but for the whitespace, which is hfkit's."""

    def __init__(self, tokenizer: Tokenizer, end: int) -> None:
        from llguidance import LLTokenizer

        self._tokenizer = tokenizer
        self._engine = LLTokenizer(tokenizer.to_str(), eos_token=end, slices=LLTokenizer.json_slices())
        self._end = end

    def __call__(self, schema: object, /) -> Compiled | None:
        from llguidance import LLMatcher

        options = {"whitespace_flexible": False, "item_separator": ", ?", "key_separator": ": ?"}
        try:
            grammar = LLMatcher.grammar_from_json_schema(json.dumps(schema), overrides=options)  # type: ignore[arg-type]
        except ValueError:
            return None
        matcher = LLMatcher(self._engine, grammar, log_level=0)
        if matcher.is_error():
            return None
        size = self._tokenizer.get_vocab_size()
        return _Started(lambda: _BareGuide(matcher.deep_copy(), self._end, size), self._tokenizer)


class _BareGuide:
    """A matcher of llguidance as a guide."""

    def __init__(self, matcher: LLMatcher, end: int, size: int) -> None:
        self._matcher = matcher
        self._end = end
        self._size = size

    @property
    def complete(self) -> bool:
        return bool(self._matcher.is_accepting())

    @property
    def ended(self) -> bool:
        return bool(self._matcher.is_stopped())

    def allowed(self) -> npt.NDArray[np.bool_]:
        bits = np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8)
        return np.unpackbits(bits, bitorder="little", count=self._size).view(np.bool_)

    def accept(self, token: int, /) -> None:
        if self._matcher.try_consume_tokens([token]) != 1:
            raise InputError(f"token {token} may not come", hint="")


class _Xgrammar:
    """xgrammar with its own whitespace, and without the closing of objects that it does by itself."""

    def __init__(self, tokenizer: Tokenizer, end: int) -> None:
        import xgrammar
        from transformers import PreTrainedTokenizerFast

        self._size = tokenizer.get_vocab_size()
        self._end = end
        theirs = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
            tokenizer_object=tokenizer, eos_token=tokenizer.id_to_token(end)
        )
        about = xgrammar.TokenizerInfo.from_huggingface(theirs, vocab_size=self._size, stop_token_ids=[end])
        self._compiler: Any = xgrammar.GrammarCompiler(about)

    def __call__(self, schema: object, /) -> Compiled | None:
        try:
            compiled = self._compiler.compile_json_schema(json.dumps(schema), strict_mode=False)
        except RuntimeError:
            return None
        return _XgrammarSchema(compiled, self._end, self._size)


class _XgrammarSchema:
    def __init__(self, compiled: xgrammar.CompiledGrammar, end: int, size: int) -> None:
        self._compiled = compiled
        self._end = end
        self._size = size

    def start(self) -> Guide:
        return _XgrammarGuide(self._compiled, self._end, self._size)

    def takes(self, text: str) -> bool:
        guide = _XgrammarGuide(self._compiled, self._end, self._size)
        return bool(guide.matcher.accept_string(text)) and guide.complete


class _XgrammarGuide:
    """A matcher of xgrammar as a guide."""

    def __init__(self, compiled: xgrammar.CompiledGrammar, end: int, size: int) -> None:
        import xgrammar

        self.matcher: Any = xgrammar.GrammarMatcher(compiled)
        self._compiled = compiled
        self._end = end
        self._size = size
        self._bits = xgrammar.allocate_token_bitmask(1, size)

    @property
    def complete(self) -> bool:
        return bool(self.allowed()[self._end])

    @property
    def ended(self) -> bool:
        return bool(self.matcher.is_terminated())

    def allowed(self) -> npt.NDArray[np.bool_]:
        self.matcher.fill_next_token_bitmask(self._bits)
        bits = self._bits.numpy().view(np.uint8)[0]
        return np.unpackbits(bits, bitorder="little", count=self._size).view(np.bool_)

    def accept(self, token: int, /) -> None:
        if not self.matcher.accept_token(token):
            raise InputError(f"token {token} may not come", hint="")


ENGINES: dict[str, Callable[[Tokenizer, int], Compiles]] = {
    "hfkit": _Hfkit,
    "llguidance": _Llguidance,
    "xgrammar": _Xgrammar,
}
"""What opens each engine, given a tokenizer and the id that ends a text."""
