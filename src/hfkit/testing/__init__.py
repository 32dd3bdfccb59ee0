"""What a test needs: promises for backends to keep, tiny models, strange texts, a fake to copy, a hub of its own.

>>> from hfkit.testing import FakeBackend
>>> FakeBackend().name
'fake'
"""

from .checks import Check as Check
from .checks import checks as checks
from .fake import FakeBackend as FakeBackend
from .fake import write_fake_model as write_fake_model
from .fake import write_fake_reader as write_fake_reader
from .fake_embedders import write_fake_embedder as write_fake_embedder
from .fake_taggers import write_fake_tagger as write_fake_tagger
from .fake_writers import write_fake_writer as write_fake_writer
from .local_hub import HubCommit as HubCommit
from .local_hub import HubFile as HubFile
from .local_hub import HubPullRequest as HubPullRequest
from .local_hub import HubRefusedError as HubRefusedError
from .local_hub import HubRepository as HubRepository
from .local_hub import HubRequest as HubRequest
from .local_hub import HubRole as HubRole
from .local_hub import HubStep as HubStep
from .local_hub import LocalHub as LocalHub
from .local_hub import LoginOutcome as LoginOutcome
from .local_hub import RepositoryKind as RepositoryKind
from .local_hub import RequestMatch as RequestMatch
from .models import TinyFamily as TinyFamily
from .models import write_tiny_classifier as write_tiny_classifier
from .models import write_tiny_embedder as write_tiny_embedder
from .models import write_tiny_reader as write_tiny_reader
from .models import write_tiny_tagger as write_tiny_tagger
from .promise import BrokenPromiseError as BrokenPromiseError
from .tiny_writers import TinyWriterFamily as TinyWriterFamily
from .tiny_writers import write_tiny_writer as write_tiny_writer
from .translators import TinyTranslatorFamily as TinyTranslatorFamily
from .translators import write_tiny_translator as write_tiny_translator
