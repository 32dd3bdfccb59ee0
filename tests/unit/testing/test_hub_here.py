"""A hub in place of the real one, in this process."""

from __future__ import annotations

import os

import datasets.config
import huggingface_hub.constants
import huggingface_hub.hf_api
import pytest
from huggingface_hub import HfApi

from hfkit.errors import SessionClosedError
from hfkit.testing import LocalHub


def state() -> tuple[object, ...]:
    names = ("HF_ENDPOINT", "HF_TOKEN", "HFKIT_CACHE")
    constants = huggingface_hub.constants
    return (
        constants.ENDPOINT,
        constants.HF_HUB_CACHE,
        constants.HF_TOKEN_PATH,
        huggingface_hub.hf_api.api.endpoint,
        datasets.config.HF_DATASETS_CACHE,
        *(os.environ.get(name) for name in names),
    )


def use(hub: LocalHub, before: tuple[object, ...]) -> None:
    with hub.here():
        assert not set(filter(None, state())) & set(filter(None, before))
        assert HfApi().model_info("org/model").id == "org/model"
        assert HfApi().whoami()["name"] == "tester"
        raise ZeroDivisionError


def test_everything_is_put_back() -> None:
    before = state()
    with LocalHub() as hub:
        hub.create("org/model")
        with pytest.raises(ZeroDivisionError):
            use(hub, before)
    assert state() == before


def test_a_hub_that_is_not_open_is_not_here() -> None:
    with pytest.raises(SessionClosedError), LocalHub().here():
        pass
