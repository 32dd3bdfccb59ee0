"""A hub for tests: a real server on loopback, its state as plain values, and faults on demand."""

from .faults import RequestMatch as RequestMatch
from .history import HubCommit as HubCommit
from .hub import LocalHub as LocalHub
from .hub_files import HubFile as HubFile
from .refusal import HubRefusedError as HubRefusedError
from .repositories import HubPullRequest as HubPullRequest
from .repositories import HubRepository as HubRepository
from .repositories import RepositoryKind as RepositoryKind
from .server import HubRequest as HubRequest
from .signing_in import LoginOutcome as LoginOutcome
from .steps import HubStep as HubStep
from .visitors import HubRole as HubRole
