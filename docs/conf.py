"""How the pages are built: ``make docs``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import hfkit

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "hfkit"
author = "The hfkit authors"
project_copyright = author
version = release = hfkit.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
]
exclude_patterns = ["_build", "conftest.py"]

# No intersphinx: the pages build without a network. What it would resolve is named here, and nothing else.
nitpicky = True
nitpick_ignore_regex = [
    (
        "py:.*",
        r"(collections\.abc|datetime|os|pathlib|typing)\..*|Path|Iterable|Iterator|datetime",
    ),  # the standard library
    (
        "py:.*",
        r"(datasets|np|npt|numpy|pd|pl|tokenizers|torch)\..*|SearchStrategy|Tokenizer",
    ),  # libraries of others
    ("py:.*", r"(typing_extensions\.)?TypeForm"),
    ("py:.*", r"(.*\.)?(C|Input_contra|R_co|Result_co|T|Value|Value_co|Wanted)"),  # type variables
]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"hfkit {version}"
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["hfkit.css"]

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False
napoleon_custom_sections = [("Attributes", "params_style")]  # a list: the signature has the types
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 150

copybutton_selector = "div:not(.highlight-output) > div.highlight pre"
copybutton_exclude = ".linenos, .gp, .go"


def shorten_signatures(
    _app: Sphinx, _what: str, _name: str, _obj: object, _options: object, signature: str | None, returns: str
) -> tuple[str | None, str]:
    """Show a runtime's default as ``Runtime()``, and protocols without the arguments that they do not take."""
    if signature == "(*args, **kwargs)":
        return "", returns
    return signature and re.sub(r"Runtime\(backend=.*?\(\)\)", "Runtime()", signature), returns


_COLON = "\N{MODIFIER LETTER COLON}"


def hide_colons(
    _app: Sphinx, what: str, _name: str, _obj: object, _options: object, lines: list[str]
) -> None:
    """Keep napoleon from reading the words before a colon as a type: here, types are annotations."""
    for number, line in enumerate(lines):
        returns = number > 0 and lines[number - 1].strip() in {"Returns:", "Yields:"}
        if returns or what in {"attribute", "data", "property"}:
            lines[number] = line.replace(":", _COLON)


def show_colons(
    _app: Sphinx, _what: str, _name: str, _obj: object, _options: object, lines: list[str]
) -> None:
    """Put the hidden colons back."""
    lines[:] = [line.replace(_COLON, ":") for line in lines]


def setup(app: Sphinx) -> None:
    """Connect the adjustments above; napoleon reads docstrings with the priority 500."""
    app.connect("autodoc-process-signature", shorten_signatures)
    app.connect("autodoc-process-docstring", hide_colons, priority=400)
    app.connect("autodoc-process-docstring", show_colons, priority=600)
