"""The pages keep up with the code. Their blocks are run by the conftest.py at the root of the repository."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

import hfkit

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs").glob("*/*.md")])
REFERENCE = "\n".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs" / "reference").glob("*.md"))
PUBLIC = set(vars(hfkit)["__all__"])


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def _without_blocks(page: Path) -> str:
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", _without_blocks(page))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_block_that_is_not_run_says_why(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    skips = re.findall(r"^<!-- skip:", text, re.MULTILINE)
    with_reasons = re.findall(
        r'^<!-- skip: next "[^"]+" -->\n```python\n.*?^```\n\n\*This block is not run',
        text,
        re.MULTILINE | re.DOTALL,
    )
    assert len(with_reasons) == len(skips)


@pytest.mark.parametrize("name", sorted(PUBLIC - {"errors", "starter", "testing", "HfkitError"}))
def test_every_public_name_has_its_reference(name: str) -> None:
    assert re.search(rf"^\.\. auto\w+:: hfkit\.{name}$", REFERENCE, re.MULTILINE)


@pytest.mark.parametrize("module", ["errors", "starter", "testing"])
def test_every_public_module_has_its_reference(module: str) -> None:
    assert f".. automodule:: hfkit.{module}\n" in REFERENCE


@pytest.mark.parametrize("field", dataclasses.fields(hfkit.Runtime), ids=lambda field: field.name)
def test_the_table_of_runtime_settings_has_every_default(field: dataclasses.Field[object]) -> None:
    page = (ROOT / "docs" / "how-to" / "runtime.md").read_text(encoding="utf-8")
    default = str(field.default) if not isinstance(field.default, str) else f'"{field.default}"'
    assert f"| `{field.name}` | `{default}` |" in page
