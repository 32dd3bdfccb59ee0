"""Every error hfkit raises, under one root.

::

    HfkitError
    ├── InputError (ValueError)             what a call was given
    │   ├── InputTypeError (TypeError)      not a text, a pair, or a list of them
    │   ├── EmptyInputError                 nothing to read
    │   ├── InputEncodingError              half of a surrogate pair: no valid Unicode
    │   ├── InputTooLongError               longer than the settings allow
    │   │   └── QuestionTooLongError        a question that leaves no room for its context
    │   └── MisalignedAnswerError           the context does not hold an answer where it should
    ├── SettingError (ValueError)           how a facade was set up
    │   ├── UnknownBackendError
    │   └── UnknownLabelError
    ├── MissingDependencyError (ImportError)  an extra is not installed
    ├── ModelError                          what a model folder holds
    │   ├── ModelNotFoundError (FileNotFoundError)
    │   ├── WeightsNotFoundError
    │   ├── UnsafeWeightsError              pickle only
    │   ├── CorruptModelError               truncated or unreadable files
    │   ├── WrongHeadError                  the task's head is not in the weights
    │   ├── TokenizerError                  no usable tokenizer
    │   │   └── TokenizerMismatchError      not the tokenizer that the model was pinned to
    │   └── UntrustedCodeError              the model wants to run code of its own
    ├── DataError                           what a table of examples holds
    │   ├── DataNotFoundError (FileNotFoundError)
    │   ├── CorruptDataError                lines or files that cannot be read
    │   ├── ColumnError (KeyError)          no such column, or one of another type
    │   ├── SplitError                      the rows cannot be split as was asked
    │   │   └── UnknownSplitError (KeyError)
    │   └── FaultyDataError (ValueError)    examples that cannot be trained on as they are
    ├── HubError                            where models come from
    │   ├── OfflineError (ConnectionError)
    │   ├── AccessError (PermissionError)   there, and closed to who asks
    │   │   ├── GatedRepositoryError        its owner lets people in one by one
    │   │   ├── PrivateRepositoryError      it was shown once, and is not any more
    │   │   └── TokenError                  the hub does not know the token
    │   ├── MovedRepositoryError            it has another name now
    │   ├── UnknownRevisionError (FileNotFoundError)
    │   ├── RateLimitError                  asked too often
    │   ├── LockError                       a lock does not have it, or cannot be read
    │   └── HashMismatchError               not the bytes that were pinned
    ├── BackendError                        while a model ran
    │   ├── DeviceError
    │   ├── OutOfMemoryError (MemoryError)
    │   └── SessionClosedError
    ├── TrainingError                       a loss that is no number, a merge that changes the model
    ├── FailedProofError                    a smaller model that is not as good as was asked
    ├── PublishError                        between a folder and its repository on the hub
    │   ├── RefusedFolderError              something in it must be put right first
    │   ├── OvertakenError                  the repository or the folder changed since the plan
    │   └── UnprovenPublicationError        what arrived is not what was sent
    ├── OutputError (FileExistsError)       the output folder holds something else, or the disk is full
    └── NoValueError (ValueError)           a text was cut before its value was whole
        └── RefusedValueError               its type's own checks refuse a value that fits the schema

A message names the value and what was allowed; ``hint`` says what to do about it.
"""

# In the order of the tree, which the reference has too.
# isort: off
from .root import HfkitError as HfkitError
from .inputs import InputError as InputError
from .inputs import InputTypeError as InputTypeError
from .inputs import EmptyInputError as EmptyInputError
from .inputs import InputEncodingError as InputEncodingError
from .inputs import InputTooLongError as InputTooLongError
from .inputs import QuestionTooLongError as QuestionTooLongError
from .inputs import MisalignedAnswerError as MisalignedAnswerError
from .settings import SettingError as SettingError
from .settings import UnknownBackendError as UnknownBackendError
from .settings import UnknownLabelError as UnknownLabelError
from .settings import MissingDependencyError as MissingDependencyError
from .models import ModelError as ModelError
from .models import ModelNotFoundError as ModelNotFoundError
from .models import WeightsNotFoundError as WeightsNotFoundError
from .models import UnsafeWeightsError as UnsafeWeightsError
from .models import CorruptModelError as CorruptModelError
from .models import WrongHeadError as WrongHeadError
from .models import TokenizerError as TokenizerError
from .models import TokenizerMismatchError as TokenizerMismatchError
from .models import UntrustedCodeError as UntrustedCodeError
from .tables import DataError as DataError
from .tables import DataNotFoundError as DataNotFoundError
from .tables import CorruptDataError as CorruptDataError
from .tables import ColumnError as ColumnError
from .tables import SplitError as SplitError
from .tables import UnknownSplitError as UnknownSplitError
from .tables import FaultyDataError as FaultyDataError
from .hub import HubError as HubError
from .hub import OfflineError as OfflineError
from .hub import AccessError as AccessError
from .hub import GatedRepositoryError as GatedRepositoryError
from .hub import PrivateRepositoryError as PrivateRepositoryError
from .hub import TokenError as TokenError
from .hub import MovedRepositoryError as MovedRepositoryError
from .hub import UnknownRevisionError as UnknownRevisionError
from .hub import RateLimitError as RateLimitError
from .hub import LockError as LockError
from .hub import HashMismatchError as HashMismatchError
from .running import BackendError as BackendError
from .running import DeviceError as DeviceError
from .running import OutOfMemoryError as OutOfMemoryError
from .running import SessionClosedError as SessionClosedError
from .made_models import TrainingError as TrainingError
from .made_models import FailedProofError as FailedProofError
from .publishing import PublishError as PublishError
from .publishing import RefusedFolderError as RefusedFolderError
from .publishing import OvertakenError as OvertakenError
from .publishing import UnprovenPublicationError as UnprovenPublicationError
from .outputs import OutputError as OutputError
from .outputs import NoValueError as NoValueError
from .outputs import RefusedValueError as RefusedValueError
# isort: on

# Tracebacks, pickle and the reference name an error by the place that people import it from, not by its module.
for _kind in [kind for kind in vars().values() if isinstance(kind, type)]:
    _kind.__module__ = __name__
