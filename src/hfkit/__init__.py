"""hfkit: typed verbs over the Hugging Face stack.

>>> import hfkit
>>> hfkit.Classify("some/model", top_k=3)
Classify('some/model', top_k=3)
"""

from typing import TYPE_CHECKING

from ._lazy import lazy_names
from ._version import __version__ as __version__

if TYPE_CHECKING:
    from . import errors as errors
    from . import starter as starter
    from . import testing as testing
    from .backends.registry import register_backend as register_backend
    from .data.chats import Chats as Chats
    from .data.labelled import Labelled as Labelled
    from .data.parallel import Parallel as Parallel
    from .data.splits import Splits as Splits
    from .data.squad import Squad as Squad
    from .data.streams import TableStream as TableStream
    from .data.table import Table as Table
    from .data.tagged import Tagged as Tagged
    from .data.texts import Texts as Texts
    from .engines.agreement import measure_agreement as measure_agreement
    from .errors import HfkitError as HfkitError
    from .facades.answer import Answer as Answer
    from .facades.classify import Classify as Classify
    from .facades.compare import compare as compare
    from .facades.demo import Demo as Demo
    from .facades.embed import Embed as Embed
    from .facades.evaluate import Evaluate as Evaluate
    from .facades.generate import Generate as Generate
    from .facades.publish import Publish as Publish
    from .facades.quantize import Quantize as Quantize
    from .facades.summarize import Summarize as Summarize
    from .facades.tag import Tag as Tag
    from .facades.tokenize import Tokenize as Tokenize
    from .facades.translate import Translate as Translate
    from .facades.tune import Tune as Tune
    from .hub.cache_checks import CacheCheck as CacheCheck
    from .hub.cache_pruning import PrunePlan as PrunePlan
    from .hub.cache_report import CacheReport as CacheReport
    from .hub.cache_report import cache as cache
    from .hub.cached_items import CachedItem as CachedItem
    from .hub.lock_checks import LockReport as LockReport
    from .hub.locking import lock as lock
    from .hub.locks import Lock as Lock
    from .hub.locks import LockedFile as LockedFile
    from .hub.locks import LockedRepository as LockedRepository
    from .hub.login import Account as Account
    from .hub.login import login as login
    from .hub.login import logout as logout
    from .hub.login import whoami as whoami
    from .values.agreement import Agreement as Agreement
    from .values.answer_report import AnswerReport as AnswerReport
    from .values.answers import Answers as Answers
    from .values.answers import AnswerSpan as AnswerSpan
    from .values.answers import Evidence as Evidence
    from .values.architecture import Architecture as Architecture
    from .values.batch import Batch as Batch
    from .values.bootstrap import Bootstrap as Bootstrap
    from .values.chat import Message as Message
    from .values.classes import Classes as Classes
    from .values.classification import Classification as Classification
    from .values.classification import LabelScore as LabelScore
    from .values.classification_report import ClassificationReport as ClassificationReport
    from .values.classification_report import MultiLabelReport as MultiLabelReport
    from .values.data_report import DataReport as DataReport
    from .values.data_report import Finding as Finding
    from .values.data_report import LabelCount as LabelCount
    from .values.data_report import LengthSummary as LengthSummary
    from .values.data_report import SplitSummary as SplitSummary
    from .values.decoding import Beam as Beam
    from .values.decoding import Greedy as Greedy
    from .values.decoding import Sample as Sample
    from .values.embedding import Embedding as Embedding
    from .values.estimates import Estimate as Estimate
    from .values.generation import Continuation as Continuation
    from .values.generation import Generation as Generation
    from .values.generation import TokenLogprob as TokenLogprob
    from .values.generation import TopLogprob as TopLogprob
    from .values.inputs import Pair as Pair
    from .values.inputs import Question as Question
    from .values.inputs import Words as Words
    from .values.language_report import LanguageReport as LanguageReport
    from .values.methods import Full as Full
    from .values.methods import Lora as Lora
    from .values.methods import QLora as QLora
    from .values.padding import NoPadding as NoPadding
    from .values.padding import PadToLength as PadToLength
    from .values.padding import PadToLongest as PadToLongest
    from .values.passages import Passage as Passage
    from .values.provenance import Coverage as Coverage
    from .values.provenance import Source as Source
    from .values.publish_plan import FileChange as FileChange
    from .values.publish_plan import PublishFinding as PublishFinding
    from .values.publish_plan import PublishPlan as PublishPlan
    from .values.publish_result import Publication as Publication
    from .values.publish_result import Verification as Verification
    from .values.quantize_plan import QuantizePlan as QuantizePlan
    from .values.quantize_plan import SkippedWeights as SkippedWeights
    from .values.quantize_report import MeasuredModel as MeasuredModel
    from .values.quantize_report import MetricChange as MetricChange
    from .values.quantize_report import QuantizeReport as QuantizeReport
    from .values.quantize_report import Speedup as Speedup
    from .values.runtime import Runtime as Runtime
    from .values.scheme_comparison import ComparedScheme as ComparedScheme
    from .values.scheme_comparison import RefusedScheme as RefusedScheme
    from .values.scheme_comparison import SchemeComparison as SchemeComparison
    from .values.schemes import BitsAndBytes as BitsAndBytes
    from .values.schemes import Cast as Cast
    from .values.schemes import Int4 as Int4
    from .values.schemes import Int8 as Int8
    from .values.schemes import StaticInt8 as StaticInt8
    from .values.schemes import Torchao as Torchao
    from .values.special_tokens import SpecialToken as SpecialToken
    from .values.special_tokens import SpecialTokens as SpecialTokens
    from .values.statistics import Statistics as Statistics
    from .values.structure import Choice as Choice
    from .values.structure import JsonSchema as JsonSchema
    from .values.structure import Regex as Regex
    from .values.summaries import Summary as Summary
    from .values.tag_report import TagReport as TagReport
    from .values.tagging import TaggedSpan as TaggedSpan
    from .values.tagging import Tagging as Tagging
    from .values.text_report import TextReport as TextReport
    from .values.token_arrays import TokenArrays as TokenArrays
    from .values.tokens import Tokens as Tokens
    from .values.tools import Tool as Tool
    from .values.tools import ToolCall as ToolCall
    from .values.translations import Translation as Translation
    from .values.truncation import NoTruncation as NoTruncation
    from .values.truncation import Truncate as Truncate
    from .values.truncation import Windows as Windows
    from .values.tune_plan import TunePlan as TunePlan
    from .values.tune_report import TunedState as TunedState
    from .values.tune_report import TuneReport as TuneReport
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__)
