"""What may be shown of where and as whom the hub is asked."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from hfkit.errors import TokenError

__all__ = ["require_sendable_token", "shown_endpoint", "without_token"]


def shown_endpoint(endpoint: str | None = None) -> str:
    """Give the hub's address without a name and password that may stand in it.

    Args:
        endpoint: the address; None for ``HF_ENDPOINT``, or the public one.
    """
    from huggingface_hub import constants

    parts = urlsplit(endpoint or constants.ENDPOINT)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def without_token(text: str) -> str:
    """Take the token out of what somebody else wrote, such as a hub that repeats what it was sent."""
    from huggingface_hub import get_token

    token = get_token()
    return text.replace(token, "[token]") if token else text


def require_sendable_token(token: str | None) -> None:
    """Refuse a token that no header can hold, before a library quotes it in its own complaint.

    Raises:
        TokenError: there is one.
    """
    if token and not (token.isascii() and token.isprintable()):
        raise TokenError(
            "the token cannot be sent: it holds a character that no header can",
            hint="copy it again from the hub's settings; log in with hfkit.login(), or set HF_TOKEN",
        )
