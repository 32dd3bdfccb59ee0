"""What is kept from being said, and that nothing else is."""

from __future__ import annotations

import warnings

import pytest
from huggingface_hub.utils import logging as hub_logging

from hfkit.jobs.publishing.quiet import quiet_client


def test_only_what_the_plan_tells_is_not_warned_of() -> None:
    quiet: list[tuple[type[Warning], str]] = [
        (DeprecationWarning, "Use 'content=<...>' to upload raw bytes/text content."),
        (
            UserWarning,
            "Warnings while validating metadata in README.md:\n- empty or missing yaml metadata in repo card",
        ),
        (UserWarning, "It seems that you are about to commit a data file (a.parquet) to a model repository."),
    ]
    loud: list[tuple[type[Warning], str]] = [
        (DeprecationWarning, "another one"),
        (UserWarning, "Use 'content=<...>'"),
        (UserWarning, "Warnings while validating metadata in README.md:\n- no such license"),
    ]
    with quiet_client():
        for category, text in quiet:
            warnings.warn(text, category, stacklevel=1)
        for category, text in loud:
            with pytest.raises(category):
                warnings.warn(text, category, stacklevel=1)
    for category, text in quiet:
        with pytest.raises(category):
            warnings.warn(text, category, stacklevel=1)


def test_logs_are_as_they_were() -> None:
    before = hub_logging.get_verbosity()
    with quiet_client(), quiet_client():
        assert hub_logging.get_verbosity() > before
    assert hub_logging.get_verbosity() == before
