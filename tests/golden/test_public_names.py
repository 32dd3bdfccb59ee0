"""The public names, written down: adding one is a decision, removing one is a deprecation."""

from __future__ import annotations

from types import ModuleType

import hfkit
import hfkit.starter
import hfkit.testing

NAMES = """
    Account Agreement Answer AnswerReport Answers AnswerSpan Architecture Batch Beam BitsAndBytes
    Bootstrap cache CacheCheck CachedItem CacheReport Cast Chats Choice Classes Classification
    ClassificationReport Classify compare ComparedScheme Continuation Coverage DataReport Demo Embed Embedding errors
    Estimate Evaluate Evidence FileChange Finding Full Generate Generation Greedy HfkitError Int4 Int8
    JsonSchema LabelCount Labelled LabelScore LanguageReport LengthSummary Lock lock LockedFile
    LockedRepository LockReport login logout Lora measure_agreement MeasuredModel Message MetricChange
    MultiLabelReport NoPadding NoTruncation PadToLength PadToLongest Pair Parallel Passage PrunePlan
    Publication Publish PublishFinding PublishPlan QLora Quantize QuantizePlan QuantizeReport Question
    RefusedScheme Regex register_backend Runtime Sample SchemeComparison SkippedWeights Source
    SpecialToken SpecialTokens Speedup Splits SplitSummary Squad starter StaticInt8 Statistics Summarize
    Summary Table TableStream Tag Tagged TaggedSpan Tagging TagReport testing TextReport Texts TokenArrays Tokenize
    TokenLogprob Tokens Tool ToolCall TopLogprob Torchao Translate Translation Truncate Tune TunedState
    TunePlan TuneReport Verification whoami Windows Words
""".split()  # noqa: SIM905

TESTING = """
    BrokenPromiseError Check FakeBackend HubCommit HubFile HubPullRequest HubRefusedError HubRepository
    HubRequest HubRole HubStep LocalHub LoginOutcome RepositoryKind RequestMatch
    TinyFamily TinyTranslatorFamily TinyWriterFamily checks
    write_fake_model write_fake_reader write_fake_writer write_tiny_classifier write_tiny_reader
    write_tiny_translator write_tiny_writer write_fake_tagger write_tiny_tagger
    write_fake_embedder write_tiny_embedder
""".split()  # noqa: SIM905

STARTER = "AdaptedStarter Carrier ConvertedStarter STARTERS Starter starter_folder".split()  # noqa: SIM905


def _public(module: ModuleType) -> list[str]:
    submodules = {name for name, value in vars(module).items() if isinstance(value, ModuleType)}
    return sorted(name for name in vars(module) if not name.startswith("_") and name not in submodules)


def test_the_package_has_these_names() -> None:
    assert vars(hfkit)["__all__"] == sorted(NAMES)


def test_testing_has_these_names() -> None:
    assert _public(hfkit.testing) == sorted(TESTING)


def test_starter_has_these_names() -> None:
    assert _public(hfkit.starter) == sorted(STARTER)
