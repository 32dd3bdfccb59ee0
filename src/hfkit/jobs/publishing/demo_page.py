"""The program of a page over a facade."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, cast

from hfkit._lazy import reach
from hfkit.values.inputs import Question

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["page_source"]

# A page's function and what stands around it, by verb. ``run`` is the facade.
_PAGES = {
    "Classify": (
        ["def classify(text: str) -> dict[str, float]:"],
        ["return {entry.label: entry.score for entry in run(text).scores}"],
        ['gradio.Textbox(label="Text", lines=5)'],
        'gradio.Label(label="Labels")',
    ),
    "Answer": (
        ["def answer(question: str, context: str) -> str:"],
        ['return run(Question(question, context=context)).text or "no answer"'],
        ['gradio.Textbox(label="Question")', 'gradio.Textbox(label="Context", lines=8)'],
        'gradio.Textbox(label="Answer")',
    ),
    "Tag": (
        ["def tag(text: str) -> dict[str, object]:"],
        [
            "entities = [",
            '    {"entity": one.label, "start": one.start, "end": one.end} for one in run(text).entities',
            "]",
            'return {"text": text, "entities": entities}',
        ],
        ['gradio.Textbox(label="Text", lines=5)'],
        'gradio.HighlightedText(label="Entities")',
    ),
    "Generate": (
        ["def generate(text: str) -> Iterator[str]:"],
        [
            'written = ""',
            "for piece in run.stream(text):",
            "    written += piece",
            "    yield text + written",
        ],
        ['gradio.Textbox(label="Text", lines=5)'],
        'gradio.Textbox(label="Written", lines=8)',
    ),
    "Summarize": (
        ["def summarize(text: str) -> str:"],
        ["return run(text).text"],
        ['gradio.Textbox(label="Text", lines=12)'],
        'gradio.Textbox(label="Summary", lines=5)',
    ),
    "Translate": (
        ["def translate(text: str) -> str:"],
        ["return run(text).text"],
        ['gradio.Textbox(label="Text", lines=5)'],
        'gradio.Textbox(label="Translation", lines=5)',
    ),
}


def page_source(
    verb: str, facade: str, *, title: str, description: str, examples: Sequence[str | Question]
) -> str:
    """Write the program.

    Args:
        verb: the facade's name.
        facade: the facade as it is written.
        title: of the page.
        description: a line below it.
        examples: what may be tried with a click.
    """
    head, body, inputs, output = _PAGES[verb]
    name = verb.lower()
    rows = [
        [example.text, example.context] if isinstance(example, Question) else [example]
        for example in examples
    ]
    lines = [
        f'"""A page over hfkit.{verb}, written by hfkit."""',
        "",
        *(["from collections.abc import Iterator"] if verb == "Generate" else []),
        "from html import escape",
        "",
        "import gradio",
        f"from hfkit import {', '.join(_names(facade, verb))}",
        "",
        f"run = {facade}",
        "",
        "",
        *head,
        "    try:",
        *(f"        {line}" for line in body),
        "    except HfkitError as error:",
        # Gradio shows a message as HTML: without this "must be <pad>" ends at "be".
        "        raise gradio.Error(escape(error.message, quote=False)) from error",
        "",
        "",
        "page = gradio.Interface(",
        f"    {name},",
        f"    inputs=[{', '.join(inputs)}],",
        f"    outputs={output},",
        f"    title={_quoted(title)},",
        f"    description={_quoted(description)},",
        f"    examples={_quoted(rows) if rows else None},",
        "    cache_examples=False,",
        '    flagging_mode="never",',
        ")",
        "",
        'if __name__ == "__main__":',
        "    run.load()  # before the first visitor, who would wait for it",
        "    page.launch()",
    ]
    return "\n".join(lines) + "\n"


def _names(facade: str, verb: str) -> list[str]:
    """Give the names of hfkit that the program uses."""
    public = cast("list[str]", reach("hfkit", "__all__"))
    written = set(re.findall(r"\b([A-Z]\w*)\(", facade)) & set(public)
    return sorted({*written, "HfkitError", *(["Question"] if verb == "Answer" else [])})


def _quoted(value: object) -> str:
    """Write a text, or lists of them, as Python does; JSON of texts is Python."""
    return json.dumps(value, ensure_ascii=False)
