"""Ask the hub, briefly, what a name and a revision stand for; each of its refusals is an error of its own."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoResultError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, cast
from urllib.parse import quote

from hfkit._version import __version__
from hfkit.errors import HubError, MovedRepositoryError

from .refusals import UnreachableError, hub_errors
from .secrets import require_sendable_token, shown_endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "HubKind",
    "KnownRepository",
    "ask_commit",
    "ask_hub",
    "ask_repository",
    "network_is_off",
    "read_answer",
    "require_network",
]

HubKind: TypeAlias = Literal["model", "dataset"]


@dataclass(frozen=True, slots=True)
class KnownRepository:
    """What the hub says of a repository at a revision.

    Attributes:
        commit: its full commit hash.
        paths: all of its files; empty if the hub does not list them.
    """

    commit: str
    paths: tuple[str, ...]


# A network that is there connects in a tenth of this, far away and encrypted; looking up a host's name counts.
_CONNECT_SECONDS = 1.0

_ANSWER_SECONDS = 5.0


def network_is_off() -> bool:
    """Tell whether HF_HUB_OFFLINE keeps everybody in this process from asking."""
    from huggingface_hub import constants

    return bool(constants.HF_HUB_OFFLINE)


def require_network() -> None:
    """Make sure that the hub may be asked.

    Raises:
        UnreachableError: HF_HUB_OFFLINE says no.
    """
    if network_is_off():
        raise UnreachableError("HF_HUB_OFFLINE is set")


def ask_commit(kind: HubKind, name: str, revision: str | None, *, follow: bool = False) -> str:
    """Ask which commit a revision is; as :func:`ask_repository`."""
    return ask_repository(kind, name, revision, follow=follow).commit


def ask_repository(
    kind: HubKind, name: str, revision: str | None, *, follow: bool = False
) -> KnownRepository:
    """Ask which commit a revision is, and which files it has; the one question that opening asks before it fetches.

    Args:
        kind: what the repository holds.
        name: the repository, ``"org/name"``.
        revision: a branch, a tag or a commit; None for the default branch.
        follow: take a repository that was renamed under its old name.

    Raises:
        UnreachableError: there was no connection within a second, or no answer within five.
        ModelNotFoundError: there is no such model that one may see; DataNotFoundError for a dataset.
        MovedRepositoryError: it has another name now.
        HubError: the hub refuses; a subclass says why.
    """
    from huggingface_hub import constants
    from huggingface_hub.utils import hf_raise_for_status  # type: ignore[attr-defined]

    at = f"/revision/{quote(revision, safe='')}" if revision else ""
    url = f"{constants.ENDPOINT}/api/{kind}s/{name}{at}"
    with hub_errors(kind, name, revision):
        answer = ask_hub(url)
        hf_raise_for_status(answer)  # type: ignore[arg-type]  # of httpx or httpx2, by huggingface_hub's version
    found = read_answer(answer)
    commit, known_as = found.get("sha"), found.get("id")
    if not isinstance(commit, str):
        raise HubError(
            f"{shown_endpoint()} answers as no hub does: it names no commit of {kind} {name!r}",
            hint="check HF_ENDPOINT, or the proxy between here and there",
        )
    # Names without an owner are those of the hub's first years: it gave them owners, and nobody else can take them.
    moved = isinstance(known_as, str) and known_as.casefold() != name.casefold() and "/" in name
    if moved and not follow:
        error = MovedRepositoryError(
            f"{kind} {name!r} is called {known_as!r} now",
            hint=f"write {known_as!r}; somebody else may take the old name",
        )
        error.new_name = str(known_as)
        raise error
    listed = found.get("siblings")
    files = (
        [one.get("rfilename") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    )
    return KnownRepository(commit, tuple(path for path in files if isinstance(path, str)))


def ask_hub(url: str, *, token: Literal[True] | None = None) -> object:
    """Ask one question, and give the response, whatever it says.

    It is asked in a thread: neither the lookup of a host's name nor its many addresses can be given a limit otherwise,
    nor the renewal of a token.

    Args:
        url: the question.
        token: True to send the token even where ``HF_HUB_DISABLE_IMPLICIT_TOKEN`` keeps it back.

    Raises:
        UnreachableError: there was no connection within a second, or no answer within five.
        TokenError: the token cannot be sent.
    """
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]  # of httpx and httpx2 alike
    from huggingface_hub.utils import get_session  # type: ignore[attr-defined]

    session = get_session()  # made here: what that takes is not the network's
    ready, begun, sent, heard = (threading.Event() for _ in range(4))
    answer: Future[object] = Future()

    def trace(event: str, _: object) -> None:
        begun.set()
        if event.startswith("http"):  # of the protocol that is spoken once there is a connection
            sent.set()
        if not event.startswith("connection.connect_tcp.") or event.endswith(".complete"):
            heard.set()

    def ask() -> None:
        try:
            headers = _headers(token=token)
            ready.set()
            answer.set_result(
                session.get(
                    url,
                    headers=headers,
                    timeout=(_CONNECT_SECONDS, _ANSWER_SECONDS, _ANSWER_SECONDS, _CONNECT_SECONDS),
                    extensions={"trace": trace},
                )
            )
        except BaseException as error:  # noqa: BLE001  # raised again where it is waited for
            answer.set_exception(error)
        finally:
            heard.set()

    threading.Thread(target=ask, name="hfkit-asks-the-hub", daemon=True).start()
    # A client of the program's own may tell nothing of its connections: then only the answer counts.
    if not heard.wait(_CONNECT_SECONDS) and (begun.is_set() or not ready.is_set()):
        raise UnreachableError("no connection within a second")
    try:
        return answer.result(_ANSWER_SECONDS)
    except NoResultError as error:
        raise UnreachableError(f"no answer within {_ANSWER_SECONDS:.0f} seconds") from error
    except HTTPError as error:
        if begun.is_set() and not sent.is_set():
            raise UnreachableError(type(error).__name__) from error
        raise


def _headers(*, token: Literal[True] | None) -> dict[str, str]:
    """Say who asks; huggingface_hub's own headers would first ask the hub for a list, for three seconds."""
    from huggingface_hub import constants
    from huggingface_hub.utils import get_token_to_send  # type: ignore[attr-defined]

    found = get_token_to_send(token)
    require_sendable_token(found)
    origin = constants.HF_HUB_USER_AGENT_ORIGIN
    agent = f"hfkit/{__version__}" + (f"; origin/{origin}" if origin else "")
    return {"user-agent": agent} | ({"authorization": f"Bearer {found}"} if found else {})


def read_answer(answer: object) -> Mapping[str, object]:
    """Give the JSON object that the hub answered; empty if it answered something else."""
    try:
        content = answer.json()  # type: ignore[attr-defined]
    except ValueError:  # a page, of a proxy or of whoever else stands in between
        return {}
    return cast("Mapping[str, object]", content) if isinstance(content, dict) else {}
