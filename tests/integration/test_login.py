"""Log in, look who it is, log out; and no token anywhere."""

from __future__ import annotations

import io
import json
import logging
import os
import pickle
import re
import subprocess
import sys
import traceback
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import huggingface_hub.constants
import pytest
from huggingface_hub import get_token
from huggingface_hub.errors import DeviceCodeError
from huggingface_hub.utils._oauth_device import refresh_access_token

import hfkit
from hfkit import errors
from hfkit.testing import LocalHub, LoginOutcome, RequestMatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PLANTED = "hf_PlantedSecretThatNobodyMaySee"


@pytest.fixture
def hub() -> Iterator[LocalHub]:
    """A hub in place of the real one; what this undoes is undone before the hub goes."""
    with LocalHub() as hub, hub.here(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("huggingface_hub._login.unset_git_credential", lambda: None)  # this machine's own
        patch.delenv("HF_TOKEN")
        yield hub


def test_a_token_logs_in_until_one_logs_out(hub: LocalHub, capfd: pytest.CaptureFixture[str]) -> None:
    account = hfkit.login(token=hub.read_token)
    assert (account.name, account.organizations, account.role, account.place) == (
        "tester",
        (),
        "read",
        "store",
    )
    assert account.endpoint == hub.endpoint
    assert hfkit.whoami() == account
    assert json.loads(json.dumps(account.to_dict()))["name"] == "tester"
    assert get_token() == hub.read_token
    hfkit.logout()
    assert get_token() is None
    with pytest.raises(errors.TokenError) as caught:
        hfkit.whoami()
    assert caught.value.message == "there is no token on this machine"
    hfkit.logout()
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long huggingface_hub would have waited between its questions; nothing else of it is changed."""
    seconds: list[float] = []
    monkeypatch.setattr("huggingface_hub.utils._oauth_device.time.sleep", seconds.append)
    return seconds


def test_a_browser_logs_in(hub: LocalHub, waited: list[float], capfd: pytest.CaptureFixture[str]) -> None:
    hub.decide_logins("wait", "slow_down", "wait", "approve")
    account = hfkit.login()
    assert (account.name, account.role, account.place) == ("tester", "write", "store")
    assert get_token() == hub.token
    assert waited == [0, 5, 5]
    assert [one.status for one in hub.requests if one.step == "sign-in"] == [400, 400, 400, 200]
    shown = "".join(capfd.readouterr())
    assert f"{hub.endpoint}/oauth/device?user_code=LOCA-LHUB" in shown
    stored = (hub.home / "stored_tokens").read_text()
    (refresh,) = re.findall(r"refresh_token = (\S+)", stored)
    assert hub.token not in shown
    assert refresh not in shown
    assert refresh_access_token(refresh).get("access_token") == hub.token
    with pytest.raises(DeviceCodeError, match="invalid_grant"):
        refresh_access_token(PLANTED)
    hfkit.logout()
    assert hfkit.login() == account, "who is not told otherwise is let in"


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("deny", "Authorization was denied. Please try again."),
        ("expire", "Device code expired. Please try again."),
    ],
)
@pytest.mark.usefixtures("waited")
def test_who_is_not_let_in_by_a_browser_is_told(outcome: LoginOutcome, said: str, hub: LocalHub) -> None:
    hub.decide_logins("wait", outcome)
    with pytest.raises(errors.TokenError) as caught:
        hfkit.login()
    assert caught.value.message == f"{hub.endpoint} did not let this machine in: {said}"
    assert caught.value.hint == "log in again, and allow it in time"
    assert get_token() is None


def test_a_hub_without_such_a_login_is_told(hub: LocalHub) -> None:
    hub.fail("device-code", status=404)
    with pytest.raises(errors.HubError) as caught:
        hfkit.login()
    assert caught.value.message == f"{hub.endpoint} offers no login with a browser (HTTP status 404)"
    assert caught.value.hint == "give a token: hfkit.login(token=...)"


def test_a_hub_that_stumbles_is_asked_again(hub: LocalHub, waited: list[float]) -> None:
    hub.fail("sign-in", status=503)
    hub.drop("sign-in")
    assert hfkit.login().name == "tester"
    assert waited == [0, 0]


def test_the_environment_comes_before_what_is_saved(hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", hub.stranger_token)
    account = hfkit.login(token=hub.token)
    assert (account.name, account.place) == ("stranger", "environment")
    with pytest.raises(errors.SettingError) as caught:
        hfkit.logout()
    assert caught.value.hint == "take HF_TOKEN and HUGGING_FACE_HUB_TOKEN out of it"
    assert list(hub.home.glob("*token*")) == []


@pytest.mark.parametrize("token", ["", " \n"])
@pytest.mark.usefixtures("hub")
def test_an_empty_token_is_refused(token: str) -> None:
    with pytest.raises(errors.SettingError, match="token is empty"):
        hfkit.login(token=token)


def test_tokens_that_are_none(hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(errors.TokenError, match="does not know the token"):
        hfkit.login(token=PLANTED)
    with pytest.raises(errors.TokenError, match="this is no token of a user"):
        hfkit.login(token="api_org_1")  # noqa: S106  # it is none
    for odd in (f"{PLANTED}\u20ac", f"{PLANTED}\x01"):
        monkeypatch.setenv("HF_TOKEN", odd)
        with pytest.raises(errors.TokenError, match="the token cannot be sent"):
            hfkit.whoami()
        monkeypatch.delenv("HF_TOKEN")
        with pytest.raises(errors.TokenError, match="the token cannot be sent"):
            hfkit.login(token=odd)
    assert list(hub.home.glob("*token*")) == []


@pytest.mark.parametrize(
    ("status", "kind"), [(429, errors.RateLimitError), (403, errors.TokenError), (500, errors.HubError)]
)
def test_a_hub_that_refuses(
    status: int, kind: type[errors.HubError], hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", hub.token)
    hub.fail("whoami", status=status)
    with pytest.raises(kind):
        hfkit.whoami()


def test_no_hub_at_all(hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", hub.token)
    monkeypatch.setattr("hfkit.hub.login.read_answer", lambda _answer: {})
    with pytest.raises(errors.HubError, match="answers as no hub does: it tells no name"):
        hfkit.whoami()
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    for ask in (hfkit.login, hfkit.whoami):
        with pytest.raises(errors.OfflineError, match=r"http://127.0.0.1:9 cannot be reached to "):
            ask()
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(errors.OfflineError, match=r"\(HF_HUB_OFFLINE is set\)"):
        hfkit.whoami()


def test_what_cannot_be_saved_or_removed_is_told(hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    hfkit.login(token=hub.token)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr("huggingface_hub._login._write_secret", refuse)
    with pytest.raises(errors.HubError, match="the token cannot be saved in"):
        hfkit.login(token=hub.token)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(errors.HubError, match=r"the tokens in .* cannot be removed"):
        hfkit.logout()


def told(call: Callable[[], object]) -> str:
    """All that a call says: its result in every form, or its error with its traceback and pickle."""
    try:
        value = call()
    except errors.HfkitError as error:
        shown = "".join(traceback.format_exception(error))
        return f"{error!r} {shown} {vars(error)} {pickle.dumps(error)!r}"
    plain = value.to_dict() if hasattr(value, "to_dict") else value
    return f"{value!r} {value} {plain} {pickle.dumps(value)!r}"


def open_hub_model(name: str) -> hfkit.Classification:
    return hfkit.Classify(name, runtime=hfkit.Runtime(backend="fake"))("good")


def everything(hub: LocalHub, lock: Path) -> Iterator[str]:
    """What each call that asks the hub says."""
    yield told(hfkit.whoami)
    for name in ("org/model", "org/gated", "org/missing"):
        yield told(partial(open_hub_model, name))
    yield told(partial(hfkit.lock, lock, models=["org/model", "org/gated"]))
    yield told(partial(hfkit.Table.load, "org/missing"))
    yield told(hfkit.cache)
    for status in (403, 429, 500):
        hub.fail(RequestMatch(), status=status)
        yield told(partial(open_hub_model, "org/other"))


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """All that is logged, the smallest details included."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    monkeypatch.setattr(logging.getLogger(), "level", logging.DEBUG)
    yield stream
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("where", ["environment", "file", "argument"])
def test_a_token_is_never_told(
    where: str, hub: LocalHub, fake_model: Path, heard: io.StringIO, request: pytest.FixtureRequest
) -> None:
    monkeypatch, capfd = request.getfixturevalue("monkeypatch"), request.getfixturevalue("capfd")
    hub.create("org/model", fake_model)
    hub.create("org/gated", fake_model, gated=True)
    texts: list[str] = []
    for token in (PLANTED, hub.stranger_token, hub.token):
        if where == "environment":
            monkeypatch.setenv("HF_TOKEN", token)
        elif where == "file":
            (hub.home / "token").write_text(token)
        else:
            texts.append(told(partial(hfkit.login, token=token)))
        texts += everything(hub, hub.home / "lock")
    told(hfkit.logout)
    kept = [
        file for file in hub.home.rglob("*") if file.is_file() and file.name not in ("token", "stored_tokens")
    ]
    written = b"".join(file.read_bytes() for file in kept)
    said = "".join([*texts, heard.getvalue(), *capfd.readouterr()])
    assert "tester" in said
    assert b"org/gated" in written
    for token in (PLANTED, hub.stranger_token, hub.token):
        assert token not in said
        assert token.encode() not in written


def test_a_password_in_the_hubs_address_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = f"http://user:{PLANTED}@127.0.0.1:9"
    code = "import hfkit; hfkit.Classify('org/model').load()"
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"HF_ENDPOINT": endpoint},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "http://127.0.0.1:9 cannot be reached" in done.stderr
    assert PLANTED not in done.stdout + done.stderr


def test_a_hub_that_repeats_the_token_is_not_repeated(hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    from hfkit.hub.secrets import without_token

    monkeypatch.setenv("HF_TOKEN", hub.token)
    assert without_token(f"token {hub.token} may not") == "token [token] may not"
    monkeypatch.delenv("HF_TOKEN")
    assert without_token("token x may not") == "token x may not"


def test_what_is_no_text_is_no_token() -> None:
    with pytest.raises(errors.SettingError, match="token is no text"):
        hfkit.login(token=3)  # type: ignore[arg-type]
