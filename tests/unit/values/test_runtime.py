from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from hfkit.errors import SettingError
from hfkit.values.runtime import Runtime

COMMIT = "0123456789abcdef" * 2 + "01234567"


@pytest.mark.parametrize(
    ("settings", "message", "hint"),
    [
        (
            {"dtype": "float64"},
            "dtype 'float64' is not one of ('auto', 'float32', 'bfloat16', 'float16', 'fastest', 'int8')",
            "name one of them",
        ),
        (
            {"progress": "yes"},
            "progress 'yes' is not one of ('auto', 'always', 'never')",
            "name one of them",
        ),
        ({"threads": 0}, "threads is 0, must be a whole number, at least 1", "leave it out for the default"),
        ({"workers": 0}, "workers is 0, must be a whole number, at least 1", "leave it out for the default"),
        (
            {"batch_tokens": 0},
            "batch_tokens is 0, must be a whole number, at least 1",
            "leave it out for the default",
        ),
        (
            {"batch_tokens": 1e3},
            "batch_tokens is 1000.0, must be a whole number, at least 1",
            "leave it out for the default",
        ),
        ({"lock": 3}, "lock is 3, must be str or PathLike or None", "leave it out for the default"),
        (
            {"lock": ""},
            "lock is empty, must be the file of a lock",
            "leave it out for the lock that HFKIT_LOCK names, or for none",
        ),
        ({"backend": None}, "backend is None, must be str", "leave it out for the default"),
        ({"device": ""}, "device is empty, must be a name", "leave it out for the default"),
        (
            {"max_memory": {"cpu": 5}},
            "max_memory is {'cpu': 5}, must be tuple",
            "leave it out for the default",
        ),
        (
            {"max_memory": ("cpu", 5)},
            "max_memory holds 'cpu', must be pairs of a device's name and a number of bytes",
            "for example max_memory=(('cpu', 2 * 2**30),)",
        ),
        (
            {"max_memory": ((0, 5),)},
            "max_memory holds (0, 5), must be pairs of a device's name and a number of bytes",
            "for example max_memory=(('cpu', 2 * 2**30),)",
        ),
        (
            {"max_memory": (("cpu", "2GiB"),)},
            "max_memory of 'cpu' is '2GiB', must be a whole number, at least 0",
            "give a number",
        ),
        (
            {"max_memory": (("cpu", -1),)},
            "max_memory of 'cpu' is -1, must be a whole number, at least 0",
            "give a number",
        ),
        (
            {"max_memory": (("cpu", 5), ("cpu", 6))},
            "max_memory names a device twice: ['cpu', 'cpu']",
            "give each device one number",
        ),
        (
            {"max_memory": (("cpu", 5),), "device": "cpu"},
            "max_memory is set with device 'cpu', must be with 'auto'",
            "leave out one of the two: a named device holds the whole model",
        ),
        (
            {"trust_remote_code": "org/x"},
            "trust_remote_code is 'org/x', must be tuple",
            "leave it out for the default",
        ),
        (
            {"trust_remote_code": ("org/model@main",)},
            "trust_remote_code names 'org/model@main', must be 'org/name@' and the 40 digits of a commit",
            "read the code at a commit, then trust that commit; a branch can change under you",
        ),
    ],
)
def test_a_value_out_of_range(settings: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(SettingError) as caught:
        Runtime(**settings)
    assert (caught.value.message, caught.value.hint) == (message, hint)


@pytest.mark.parametrize(
    "entry",
    [
        f"model@{COMMIT}",
        f"org/model@{COMMIT[:-1]}",
        f"org/model@{COMMIT}0",
        f"org/model@{COMMIT.upper()}",
        f" org/model@{COMMIT}",
        f"org/model@{COMMIT}\n",
        f"org/sub/model@{COMMIT}",
        "org/model",
        "",
    ],
)
def test_code_is_trusted_by_name_and_whole_commit_only(entry: str) -> None:
    with pytest.raises(SettingError, match="must be 'org/name@' and the 40 digits of a commit"):
        Runtime(trust_remote_code=(f"good/model@{COMMIT}", entry))


def test_code_that_is_trusted() -> None:
    assert Runtime(trust_remote_code=(f"org/model@{COMMIT}",)).trust_remote_code == (f"org/model@{COMMIT}",)


def test_defaults() -> None:
    assert Runtime() == Runtime(
        backend="auto",
        device="auto",
        dtype="auto",
        threads=None,
        workers=None,
        batch_tokens=512,
        offline=False,
        lock=None,
        progress="auto",
        max_memory=(),
        trust_remote_code=(),
    )


def test_replacing_a_setting_checks_it_again() -> None:
    runtime = Runtime(threads=2)
    assert replace(runtime, threads=1).threads == 1
    with pytest.raises(SettingError, match="threads is -1"):
        replace(runtime, threads=-1)


def test_settings_have_names() -> None:
    with pytest.raises(TypeError, match="positional argument"):
        Runtime("cpu")  # type: ignore[call-arg]


def test_it_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'device'"):
        Runtime().device = "cpu"  # type: ignore[misc]


def test_equal_runtimes_are_one_key_and_survive_pickling() -> None:
    runtime = Runtime(max_memory=(("cpu", 2**30), ("cuda:1", 0)), threads=2)
    again = pickle.loads(pickle.dumps(runtime))  # our own bytes
    assert {runtime: 1}[again] == 1
