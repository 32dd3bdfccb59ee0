"""Open a tokenizer, without torch and transformers where that gives the same."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, cast

import tokenizers

from hfkit._lazy import reach
from hfkit._version import __version__
from hfkit.backends.library import LibraryEncoder
from hfkit.errors import TokenizerError
from hfkit.hub.tokenizer_files import tokenizer_owner
from hfkit.values.provenance import Source
from hfkit.values.truncation import MOST_TOKENS

from .chats import chat_templates
from .fingerprints import FIXED_TEXT, OTHER_TEXT, fingerprint, read_rules
from .recipes import find_recipe
from .sessions import share
from .tokenizing import TokenizingSession

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.backends.encoding import Encoder
    from hfkit.backends.recipe import Recipe
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

__all__ = ["open_tokenizing"]

# transformers 5.23 reads a text in another way where it stands in a list, as hfkit gives it.
_NOTES = {
    "CodeLlamaTokenizer": ("a text with <FILL_ME> is read as transformers reads it in a list of texts",)
}


def open_tokenizing(folder: ModelFolder, runtime: Runtime) -> TokenizingSession:
    """Open a model's tokenizer, or join the session that has it open.

    Raises:
        TokenizerError: there is none that can be opened.
        MissingDependencyError: it needs a package that is not installed.
    """

    def open_session() -> TokenizingSession:
        owner = tokenizer_owner(folder)
        recipe = find_recipe(owner, runtime)
        if recipe.max_tokens is not None and recipe.max_tokens > MOST_TOKENS:
            recipe = replace(recipe, max_tokens=None)
        encoder = _encoder(owner, recipe, runtime)
        vocabulary = encoder.vocabulary()
        one, two = _ids(encoder, (FIXED_TEXT,)), _ids(encoder, (FIXED_TEXT, OTHER_TEXT))
        mark = fingerprint(one, two, vocabulary=vocabulary, rules=read_rules(folder))
        source = _describe(folder, recipe, mark)
        return TokenizingSession(encoder, recipe, source, chat_templates(owner))

    return share(("tokenizing", folder, runtime.trust_remote_code), open_session)


def _encoder(owner: ModelFolder, recipe: Recipe, runtime: Runtime) -> Encoder:
    if recipe.runs_in == "transformers":
        opener = reach("hfkit.backends.torch.python_tokenizer", "open_encoder")
        return cast("Callable[[ModelFolder, Runtime], Encoder]", opener)(owner, runtime)
    file = owner.path / "tokenizer.json"
    try:
        if recipe.definition is None:
            tokenizer = tokenizers.Tokenizer.from_file(str(file))
        else:
            tokenizer = tokenizers.Tokenizer.from_str(recipe.definition)
    except Exception as error:  # the library raises bare Exception for a malformed file
        raise TokenizerError(f"{file} cannot be read: {error}", hint="save the tokenizer again") from error
    tokenizer.encode_special_tokens = recipe.splits_specials
    return LibraryEncoder(tokenizer, name=owner.name, cleans_spaces=recipe.cleans_spaces)


def _ids(encoder: Encoder, texts: tuple[str, ...]) -> list[int]:
    """Give the ids of texts; none where the tokenizer has no tokens for them, and may have some for others."""
    try:
        return list(map(int, encoder.flat([texts], special_tokens=True, room=None).ids))
    except TokenizerError:
        return []


def _describe(folder: ModelFolder, recipe: Recipe, fingerprint: str) -> Source:
    versions = {"hfkit": __version__, "tokenizers": tokenizers.__version__}
    if recipe.kind:
        versions["transformers"] = version("transformers")
    return Source(
        model=folder.name,
        revision=folder.revision,
        tokenizer=fingerprint,
        backend=recipe.runs_in,
        device="cpu",
        dtype="none",
        versions=tuple(sorted(versions.items())),
        base=f"{folder.base.name}@{folder.base.revision}" if folder.base else None,
        notes=recipe.notes + _NOTES.get(recipe.kind, ()),
    )
