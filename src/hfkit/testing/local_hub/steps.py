"""The requests that a hub knows, by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HubStep", "find_step", "step_names"]

HubStep: TypeAlias = Literal[
    "auth-check",
    "branch",
    "commit",
    "commits",
    "create-repo",
    "delete-repo",
    "device-code",
    "info",
    "lfs-batch",
    "lfs-download",
    "lfs-upload",
    "lfs-verify",
    "list",
    "merge",
    "move-repo",
    "paths-info",
    "preupload",
    "pull-request",
    "refs",
    "resolve",
    "settings",
    "sign-in",
    "squash",
    "tag",
    "tree",
    "unknown",
    "validate-yaml",
    "whoami",
]

_API = r"/api/(?P<kind>models|datasets|spaces)/(?P<name>[^/]+/[^/]+)"
_PLACE = r"/(?:(?P<kind>datasets|spaces)/)?(?P<name>[^/]+/[^/]+)"
_REVISION = r"(?P<revision>refs/(?:pr|convert)/[^/]+|[^/]+)"

_ROUTES: tuple[tuple[HubStep, str, str], ...] = (
    ("whoami", "GET", r"/api/whoami-v2"),
    ("device-code", "POST", r"/oauth/device"),
    ("sign-in", "POST", r"/oauth/token"),
    ("create-repo", "POST", r"/api/repos/create"),
    ("delete-repo", "DELETE", r"/api/repos/delete"),
    ("move-repo", "POST", r"/api/repos/move"),
    ("validate-yaml", "POST", r"/api/validate-yaml"),
    ("list", "GET", r"/api/(?P<kind>models|datasets|spaces)"),
    ("info", "GET", rf"{_API}(?:/revision/{_REVISION})?"),
    ("tree", "GET", rf"{_API}/tree/{_REVISION}(?:/(?P<path>.*))?"),
    ("paths-info", "POST", rf"{_API}/paths-info/{_REVISION}"),
    ("refs", "GET", rf"{_API}/refs"),
    ("commits", "GET", rf"{_API}/commits/{_REVISION}"),
    ("branch", "POST|DELETE", rf"{_API}/branch/(?P<path>.+)"),
    ("tag", "POST|DELETE", rf"{_API}/tag/{_REVISION}"),
    ("auth-check", "GET", rf"{_API}/auth-check(?:/(?P<path>write))?"),
    ("squash", "POST", rf"{_API}/super-squash/(?P<path>.+)"),
    ("settings", "PUT", rf"{_API}/settings"),
    ("preupload", "POST", rf"{_API}/preupload/{_REVISION}"),
    ("commit", "POST", rf"{_API}/commit/{_REVISION}"),
    ("merge", "POST", rf"{_API}/discussions/(?P<number>\d+)/merge"),
    ("pull-request", "GET|POST", rf"{_API}/discussions(?:/(?P<number>\d+))?"),
    ("lfs-batch", "POST", rf"{_PLACE}\.git/info/lfs/objects/batch"),
    ("lfs-verify", "POST", rf"{_PLACE}\.git/info/lfs/objects/verify"),
    ("lfs-upload", "PUT", r"/storage/(?P<kind>model|dataset|space)s/(?P<name>[^/]+/[^/]+)/(?P<sha256>\w+)"),
    (
        "lfs-download",
        "GET|HEAD",
        r"/storage/(?P<kind>model|dataset|space)s/(?P<name>[^/]+/[^/]+)/(?P<sha256>\w+)",
    ),
    ("resolve", "GET|HEAD", rf"{_PLACE}/resolve/{_REVISION}/(?P<path>.+)"),
)


def find_step(method: str, path: str) -> tuple[HubStep, dict[str, str]]:
    """Name a request, and what its path says: the kind, the name, the revision and so on.

    >>> find_step("GET", "/org/model/resolve/refs%2Fpr%2F1/a.txt")
    ('resolve', {'name': 'org/model', 'revision': 'refs/pr/1', 'path': 'a.txt', 'kind': 'model'})
    """
    for step, methods, pattern in _ROUTES:
        found = re.fullmatch(pattern, path)
        if found and re.fullmatch(methods, method):
            place = {key: unquote(value) for key, value in found.groupdict().items() if value is not None}
            return step, _with_kind(place)
    return "unknown", {}


def step_names() -> tuple[HubStep, ...]:
    """Give every name that a request can have."""
    return get_args(HubStep)


def _with_kind(place: Mapping[str, str]) -> dict[str, str]:
    return {**place, "kind": place.get("kind", "model").removesuffix("s")}
