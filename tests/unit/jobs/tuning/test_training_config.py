"""What a configuration says only while its model is trained."""

from __future__ import annotations

import pytest
from transformers import BertConfig, GPT2Config, LlamaConfig, PretrainedConfig, T5Config, WhisperConfig

from hfkit.errors import SettingError
from hfkit.jobs.tuning.training_config import restore_config, set_dropout


@pytest.mark.parametrize(
    ("config", "named"),
    [
        (BertConfig(), {"hidden_dropout_prob", "attention_probs_dropout_prob"}),
        (GPT2Config(), {"attn_pdrop", "embd_pdrop", "resid_pdrop", "summary_first_dropout"}),
        (LlamaConfig(), {"attention_dropout"}),
        (T5Config(), {"dropout_rate", "classifier_dropout"}),
        (WhisperConfig(), {"dropout", "attention_dropout", "activation_dropout"}),
    ],
)
def test_every_dropout_is_set_and_comes_back(config: PretrainedConfig, named: set[str]) -> None:
    original = config.to_dict()
    before = set_dropout(config, 0.25)
    assert named <= before.keys()
    changed = {name for name, value in config.to_dict().items() if value != original[name]}
    assert changed == set(before)
    assert all(getattr(config, name) == 0.25 for name in before)
    restore_config(config, before)
    assert config.to_dict() == original


def test_without_a_setting_nothing_changes() -> None:
    config = BertConfig()
    assert set_dropout(config, None) == {}
    assert config.to_dict() == BertConfig().to_dict()


def test_a_model_that_has_none_refuses() -> None:
    with pytest.raises(SettingError, match=r"dropout is 0\.1, the configuration of .* names none"):
        set_dropout(PretrainedConfig(), 0.1)


def test_what_was_not_said_goes_again() -> None:
    config = PretrainedConfig()
    config.use_cache = False
    restore_config(config, {"use_cache": None})
    assert not hasattr(config, "use_cache")
