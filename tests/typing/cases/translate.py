"""What a type checker knows of Translate; mypy and pyright must both agree with every line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_type

import hfkit

translate = hfkit.Translate("org/model", source="en", target="de")

assert_type(translate("One."), hfkit.Translation)
assert_type(translate.batch(["One."]), hfkit.Batch[hfkit.Translation])
assert_type(translate.map(iter(["One."])), Iterator[hfkit.Translation])
assert_type(translate.with_(target="fr"), hfkit.Translate)
assert_type(translate.source, str | None)
assert_type(translate("One.").text, str)
assert_type(translate("One.").target_language, str | None)
assert_type(translate("One.").passages, tuple[hfkit.Passage, ...])
assert_type(translate("One.").source, hfkit.Source)

hfkit.Translate()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
hfkit.Translate("org/model", "en", "de")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
translate(b"One.")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
