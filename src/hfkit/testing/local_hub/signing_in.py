"""Answers to who logs in with a browser: a code for the device, then a token once the user has agreed (RFC 8628)."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import parse_qsl

from .exchange import answer_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .exchange import HubAnswer, HubQuestion
    from .state import HubState
    from .visitors import Visitor

__all__ = ["HubLogins", "LoginOutcome", "answer_device", "answer_sign_in"]

LoginOutcome: TypeAlias = Literal["approve", "deny", "expire", "slow_down", "wait"]
"""What a client that logs in with a browser is told when it asks for its token."""

_ERRORS: dict[LoginOutcome, str] = {
    "deny": "access_denied",
    "expire": "expired_token",
    "slow_down": "slow_down",
    "wait": "authorization_pending",
}

_CODE_SECONDS = 900
_TOKEN_SECONDS = 60 * 24 * 60 * 60


class HubLogins:
    """The logins under way, and what will come of them.

    Args:
        token: what those get who are let in.
    """

    def __init__(self, token: str) -> None:
        self.token = token
        self._refresh = f"hf_local_refresh_{secrets.token_hex(12)}"
        self._codes: set[str] = set()
        self._outcomes: deque[LoginOutcome] = deque()
        self._lock = threading.Lock()

    def plan(self, outcomes: Sequence[LoginOutcome]) -> None:
        """Say what the next questions for a token are told; those after them are approved."""
        with self._lock:
            self._outcomes = deque(outcomes)

    def begin(self) -> str:
        """Give a code for a device."""
        code = secrets.token_hex(20)
        with self._lock:
            self._codes.add(code)
        return code

    def ask(self, code: str) -> str | None:
        """Give OAuth's name of the error that a device is told; None where it gets its token."""
        with self._lock:
            if code not in self._codes:
                return "invalid_grant"
            outcome = self._outcomes.popleft() if self._outcomes else "approve"
            if outcome not in ("slow_down", "wait"):
                self._codes.remove(code)
            return _ERRORS.get(outcome)

    def renew(self, refresh: str) -> str | None:
        """Give the name of the error that one is told who renews a token; None where there is a new one."""
        return None if refresh == self._refresh else "invalid_grant"

    def grant(self) -> HubAnswer:
        """Answer with a token."""
        return answer_json(
            {
                "access_token": self.token,
                "token_type": "bearer",
                "expires_in": _TOKEN_SECONDS,
                "refresh_token": self._refresh,
            }
        )


def answer_device(
    state: HubState, _visitor: Visitor, _question: HubQuestion, _place: Mapping[str, str]
) -> HubAnswer:
    """Give a device its code, and the user theirs; the client is to ask again at once, a test waits for nobody."""
    shown, page = "LOCA-LHUB", f"{state.endpoint}/oauth/device"
    return answer_json(
        {
            "device_code": state.logins.begin(),
            "user_code": shown,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={shown}",
            "interval": 0,
            "expires_in": _CODE_SECONDS,
        }
    )


def answer_sign_in(
    state: HubState, _visitor: Visitor, question: HubQuestion, _place: Mapping[str, str]
) -> HubAnswer:
    """Give a token to a device whose user agreed, or for an older token; or say what is in its way."""
    form = dict(parse_qsl(question.body.decode("utf-8", "replace")))
    match form.get("grant_type"):
        case "urn:ietf:params:oauth:grant-type:device_code":
            error = state.logins.ask(form.get("device_code", ""))
        case "refresh_token":
            error = state.logins.renew(form.get("refresh_token", ""))
        case _:
            error = "unsupported_grant_type"
    return state.logins.grant() if error is None else answer_json({"error": error}, status=400)
