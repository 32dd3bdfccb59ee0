"""What a chat must be for a model to learn the assistant's turns from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ROLES", "TurnFault", "turn_faults"]

ROLES = ("system", "developer", "user", "assistant", "tool")
"""Who may speak: the roles that chat templates know."""

TurnFault: TypeAlias = Literal["unknown_role", "no_assistant_turn", "repeated_role", "other_last_turn"]
"""A role that no template knows; nobody answers; one side speaks twice; the last word is not the assistant's."""


def turn_faults(roles: Sequence[str]) -> dict[TurnFault, str]:
    """Say what is wrong with the turns of a chat: each fault with where it is.

    Results of tools may follow each other, one for each call.

    Args:
        roles: who speaks, turn by turn.

    >>> turn_faults(["system", "user", "assistant"])
    {}
    >>> turn_faults(["user", "user"])
    {'no_assistant_turn': 'of 2 turns', 'repeated_role': "'user' at turns 0 and 1"}
    """
    faults: dict[TurnFault, str] = {}
    strange = next((turn for turn, role in enumerate(roles) if role not in ROLES), None)
    if strange is not None:
        faults["unknown_role"] = f"{roles[strange]!r} at turn {strange}"
    if "assistant" not in roles:
        faults["no_assistant_turn"] = f"of {len(roles)} turns"
    elif roles[-1] != "assistant":
        faults["other_last_turn"] = f"{roles[-1]!r} at turn {len(roles) - 1}"
    twice = next(
        (turn for turn in range(1, len(roles)) if roles[turn - 1] == roles[turn] != "tool"),
        None,
    )
    if twice is not None:
        faults["repeated_role"] = f"{roles[twice]!r} at turns {twice - 1} and {twice}"
    return faults
