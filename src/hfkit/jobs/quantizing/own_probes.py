"""Texts and questions on which two models are compared where nobody gave any."""

from __future__ import annotations

from hfkit.values.inputs import Question

__all__ = ["OWN_QUESTIONS", "OWN_TEXTS"]

OWN_TEXTS = (
    "A quiet film with a wonderful last scene.",
    "I would not watch this again, not even for money.",
    "The battery lasts two days, but the screen scratches easily.",
    "It arrived late, and one of the cups was broken.",
    "Perfect for a small kitchen; I bought a second one.",
    "The plot is thin and the actors know it.",
    "Shares fell by three percent after the announcement on Tuesday.",
    "The committee will meet again in the spring to vote on the budget.",
    "Rain is expected in the north, with strong winds along the coast.",
    "The home team scored twice in the last five minutes.",
    "Researchers found water below the surface of the moon.",
    "How do I reset my password if I no longer have the phone?",
    "Please cancel my order, I chose the wrong size.",
    "My card was charged twice for the same ticket.",
    "Thank you for the quick and friendly help!",
    "The museum opens at ten and is closed on Mondays.",
    "She moved to Lisbon in 2009 and has worked as a translator since.",
    "Mix the flour with the eggs and let the dough rest for an hour.",
    "The patient reports mild headaches and trouble sleeping.",
    "Either party may end this agreement with thirty days of notice.",
    "The function returns an empty list if no entry matches.",
    "Not bad at all, though I had hoped for a little more.",
    "What a waste of a good idea.",
    "The train was full and the heating broken; still, the view over the frozen lake made up for it.",
)
"""Of several fields, short and long, kind and unkind."""

_LIGHTHOUSE = (
    "The lighthouse on the northern cape was built in 1871 by the engineer Anna Lindqvist. It is 42 metres high. "
    "Until 1964 a keeper lived there with his family; since then the lamp has been controlled from the harbour."
)
_TRADE = (
    "In the spring of 1623 the merchants of the town agreed to share the cost of a new bridge. The river had taken the "
    "old one twice in ten years. Work began in May and took three summers."
)
_PLANT = (
    "Ferns have no flowers and no seeds. They spread by spores, which ripen on the lower side of the leaves and are "
    "carried off by the wind. Most of them grow in the shade, where the soil stays moist."
)

OWN_QUESTIONS = tuple(
    Question(text, context=context)
    for context, texts in (
        (
            _LIGHTHOUSE,
            (
                "When was the lighthouse built?",
                "Who built it?",
                "How high is it?",
                "Until when did a keeper live there?",
                "From where is the lamp controlled?",
            ),
        ),
        (
            _TRADE,
            (
                "Who shared the cost of the bridge?",
                "How often had the river taken the old bridge?",
                "When did work begin?",
                "How long did the work take?",
            ),
        ),
        (
            _PLANT,
            (
                "How do ferns spread?",
                "Where do the spores ripen?",
                "What carries the spores off?",
                "Where do most ferns grow?",
            ),
        ),
    )
    for text in texts
)
"""About three short texts."""
