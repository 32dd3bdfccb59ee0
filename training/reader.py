"""The reader starter: a LoRA adapter over all-MiniLM-L6-v2, taught by hfkit.Tune to find answers in a text.

It is schooled on QAMR, then on the paragraphs of XQuAD. Two readers end there from one school: the one that is
measured never sees nine articles, and is measured on them; the one that is shipped sees all.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import hfkit
from card import write_card
from hfkit.starter.catalog import READER
from lessons import LONG, SENTENCES, SHORT, qamr
from squad_file import held_out, read_squad
from tuned_adapter import merged_folder, write_tuned_adapter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from hfkit.text.squad import SquadExample

_LORA = hfkit.Lora(rank=64)
_EPOCHS = 4
_HELD_OUT = 9

_PASSAGE = (
    "Marie Curie was born in Warsaw in 1867. In 1891 she followed her sister to Paris, where she studied "
    "physics, chemistry and mathematics. With her husband Pierre she discovered two elements, polonium "
    "and radium; the first was named after the country of her birth. She remains the only person to win "
    "Nobel prizes in two sciences, physics in 1903 and chemistry in 1911."
)
# Some are easy, some take two steps or have no answer in the passage: the card shows what it says of each.
_PROBES = (
    "Where was Marie Curie born?",
    "What was her husband called?",
    "Why did she go to Paris?",
    "Which elements did she discover?",
    "After what was polonium named?",
    "How many sciences did she win Nobel prizes in?",
    "When did she win the prize for chemistry?",
    "How old was she when she came to Paris?",
    "Where did she die?",
)


def build(data: Path, base: Path, output: Path, work: Path) -> None:
    """Teach both readers, measure the one, write the other and the card.

    What a lesson leaves is kept in the work folder, and the next call goes on from there.
    """
    articles = read_squad(data / "xquad" / "xquad.en.json")
    seen, aside = held_out(articles, _HELD_OUT)
    last = _rows(example for article in seen for example in article.examples)
    unseen = _rows(example for article in aside for example in article.examples)

    school = hfkit.Tune(base, method=_LORA, learning_rate=1e-3, epochs=1, dropout=0.0)
    if not (work / "school").is_dir():
        school(hfkit.Squad(train=_rows(qamr(data))), work / "school")
    graduate = hfkit.Tune(work / "school", method=_LORA, learning_rate=5e-4, epochs=_EPOCHS)
    if not (work / "measured").is_dir():
        graduate(hfkit.Squad(train=last), work / "measured")
    if not (work / "shipped").is_dir():
        graduate(hfkit.Squad(train=[*last, *unseen]), work / "shipped")

    write_tuned_adapter(work / "measured", work / "halves")
    measured = merged_folder(READER, base, work / "halves", work / "merged")
    evaluate = hfkit.Evaluate(measured, bootstrap=hfkit.Bootstrap(resamples=10_000))
    report = evaluate(hfkit.Squad(train=last, test=unseen))

    write_tuned_adapter(work / "shipped", output)
    answer = hfkit.Answer(merged_folder(READER, base, output, work / "merged"))
    said = answer.batch([hfkit.Question(question, _PASSAGE) for question in _PROBES])
    figures = {
        "f1": f"{report.f1.value:.1f}",
        "exact": f"{report.exact_match.value:.1f}",
        "low": f"{report.f1.low:.1f}",
        "high": f"{report.f1.high:.1f}",
        "n": len(unseen),
        "aside": len(aside),
        "titles": "; ".join(article.title.replace("_", " ") for article in aside),
        "seen": len(seen),
        "seen_n": len(last),
        "all": len(articles),
        "all_n": len(last) + len(unseen),
        "rank": _LORA.rank,
        "sentences": f"{SENTENCES:,}",
        "short": f"{SHORT:,}",
        "long": f"{LONG:,}",
        "epochs": _EPOCHS,
        "passage": textwrap.fill(_PASSAGE, 98, initial_indent="> ", subsequent_indent="> "),
        "probes": "\n".join(
            f"| {q} | {found.spans[0].text} |" for q, found in zip(_PROBES, said, strict=True)
        ),
    }
    write_card(output, "reader", figures)


def _rows(examples: Iterable[SquadExample]) -> list[dict[str, object]]:
    """Write examples as SQuAD's rows."""
    return [
        {
            "question": example.question,
            "context": example.context,
            "answers": {
                "text": [answer.text for answer in example.answers],
                "answer_start": [answer.start for answer in example.answers],
            },
        }
        for example in examples
    ]
