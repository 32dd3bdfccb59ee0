"""A page over a facade, opened in Debian's chromium as a visitor opens it: `make test-browser`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeAlias

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

import hfkit
from hfkit.testing import (
    LocalHub,
    write_tiny_classifier,
    write_tiny_reader,
    write_tiny_translator,
    write_tiny_writer,
)

TITLE, EXAMPLE = 'Reviews of "films" & plays', "A fine film."
RUNTIME = hfkit.Runtime(threads=1)
SECONDS = 60

Serve: TypeAlias = Callable[[Path, Mapping[str, str]], AbstractContextManager[str]]
"""Runs the page of a folder in an environment; its address."""


class Page:
    """What a visitor sees and does; each step waits for what it needs."""

    def __init__(self, browser: Chrome, url: str) -> None:
        self._browser = browser
        self._wait = WebDriverWait(browser, SECONDS)
        browser.get(url)

    def _place(self, path: str, text: str = "") -> str:
        """The text of what lies at a path, as soon as it has one, or the one that is wanted."""

        def shown(browser: Chrome) -> str | None:
            now = browser.find_element(By.XPATH, path).text
            return now if now and text in ("", now) else None

        return str(self._wait.until(shown, f"{path} shows no {text!r}"))

    @staticmethod
    def _box(label: str) -> str:
        return f"//label[.//*[@data-testid='block-info'][normalize-space()='{label}']]//*[@data-testid='textbox']"

    @property
    def title(self) -> str:
        return self._place("//h1")

    def write(self, label: str, text: str) -> None:
        self._wait.until(lambda browser: browser.find_element(By.XPATH, self._box(label))).send_keys(text)

    def press(self, button: str) -> None:
        path = f"//button[normalize-space()='{button}']"
        self._wait.until(lambda browser: browser.find_element(By.XPATH, path)).click()

    def read(self, label: str) -> str:
        """What a box holds."""
        return str(self._browser.find_element(By.XPATH, self._box(label)).get_property("value"))

    def wait_for(self, label: str, text: str) -> None:
        """Wait until a box holds a text."""
        self._wait.until(lambda _: self.read(label) == text, f"{label} does not become {text!r}")

    @property
    def label(self) -> str:
        return self._place("//*[@data-testid='label-output-value']")

    @property
    def percentages(self) -> list[tuple[str, int]]:
        """Each label with its score, from above to below."""
        rows = self._browser.find_elements(By.XPATH, "//*[contains(@data-testid, '-confidence-set')]")
        told = [row.text.split("\n") for row in rows]
        return [(name, int(score.removesuffix("%"))) for name, score in told]

    @property
    def error(self) -> str:
        return self._place("//*[@data-testid='toast-text']")

    @property
    def faults(self) -> list[str]:
        """What the page's own programs complained of."""
        return [
            str(entry["message"])
            for entry in self._browser.get_log("browser")  # type: ignore[no-untyped-call]
            if entry["source"] == "javascript"
        ]


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.fail(
            "there is no browser to test with: apt-get install chromium chromium-driver", pytrace=False
        )
    options = ChromeOptions()
    options.binary_location = chromium
    for argument in (
        "--headless=new",
        "--window-size=1200,900",
        "--no-sandbox",  # containers seldom allow one, and the page is ours
        "--disable-dev-shm-usage",  # their /dev/shm is too small for a page
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # a page must do without a network
    ):
        options.add_argument(argument)
    # With both paths given, selenium looks for nothing and downloads nothing.
    with Chrome(options, ChromeService(driver)) as browser:
        yield browser


@pytest.fixture(scope="module")
def hub() -> Iterator[LocalHub]:
    with LocalHub() as hub:
        yield hub


def pinned(hub: LocalHub, folder: Path) -> str:
    """Put a model on the hub, and name it at its commit."""
    name = f"me/{folder.name}"
    return f"{name}@{hub.create(name, folder).commit('main').id}"


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_classifier(
        tmp_path_factory.mktemp("models") / "reviews", labels=("bad", "fair", "good")
    )


@pytest.fixture(scope="module")
def reviews(
    hub: LocalHub, classifier: Path, serve_page: Serve, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a page over a classifier."""
    demo = hfkit.Demo(
        hfkit.Classify(pinned(hub, classifier), runtime=RUNTIME), title=TITLE, examples=(EXAMPLE,)
    )
    with serve_page(demo.write(tmp_path_factory.mktemp("page")), hub.environment()) as url:
        yield url


@pytest.mark.parametrize("text", [EXAMPLE, "two hours\nof ünïcode & <b>tags</b> 👍"])
def test_a_visitor_sees_the_label_and_the_scores_of_the_facade(
    browser: Chrome, reviews: str, classifier: Path, text: str
) -> None:
    page = Page(browser, reviews)
    assert page.title == TITLE
    page.write("Text", text)
    page.press("Submit")
    expected = hfkit.Classify(classifier, runtime=RUNTIME)(text)
    assert page.label == expected.label
    names, scores = zip(*page.percentages, strict=True)
    assert names == tuple(entry.label for entry in expected.scores)
    assert scores == pytest.approx([100 * entry.score for entry in expected.scores], abs=0.51)
    assert page.faults == []


def test_a_click_on_an_example_writes_it(browser: Chrome, reviews: str) -> None:
    page = Page(browser, reviews)
    page.press(EXAMPLE)
    page.wait_for("Text", EXAMPLE)


@pytest.mark.parametrize(("text", "what"), [("", "empty"), (" ", "blank: ' '")])
def test_a_text_that_holds_nothing_is_refused_in_words(
    browser: Chrome, reviews: str, text: str, what: str
) -> None:
    page = Page(browser, reviews)
    page.write("Text", text)
    page.press("Submit")
    assert page.error == f"input is {what}, must hold something to read"
    page.write("Text", EXAMPLE)
    page.press("Submit")
    assert page.label in ("bad", "fair", "good")


def answer(folder: Path) -> tuple[hfkit.Answer, str]:
    facade = hfkit.Answer(write_tiny_reader(folder), runtime=RUNTIME)
    return facade, facade(hfkit.Question("Who?", context="Ada wrote it for the engine.")).text


def generate(folder: Path) -> tuple[hfkit.Generate, str]:
    facade = hfkit.Generate(write_tiny_writer(folder), max_new_tokens=12, runtime=RUNTIME)
    return facade, "A fine film" + facade("A fine film").text


def translate(folder: Path) -> tuple[hfkit.Translate, str]:
    model = write_tiny_translator(folder)
    facade = hfkit.Translate(model, source="eng_Latn", target="fra_Latn", max_new_tokens=12, runtime=RUNTIME)
    return facade, facade("A fine film.").text


def summarize(folder: Path) -> tuple[hfkit.Summarize, str]:
    model = write_tiny_writer(folder, family="t5")
    facade = hfkit.Summarize(model, max_new_tokens=12, runtime=RUNTIME)
    return facade, facade("A fine film.").text


@pytest.mark.parametrize(
    ("made", "written", "output"),
    [
        (answer, {"Question": "Who?", "Context": "Ada wrote it for the engine."}, "Answer"),
        (generate, {"Text": "A fine film"}, "Written"),
        (summarize, {"Text": "A fine film."}, "Summary"),
        (translate, {"Text": "A fine film."}, "Translation"),
    ],
    ids=["answer", "generate", "summarize", "translate"],
)
def test_the_page_of_each_verb_shows_what_the_facade_gives(
    made: Callable[[Path], tuple[hfkit.Answer | hfkit.Generate | hfkit.Summarize | hfkit.Translate, str]],
    written: dict[str, str],
    output: str,
    *,
    browser: Chrome,
    hub: LocalHub,
    serve_page: Serve,
    tmp_path: Path,
) -> None:
    facade, expected = made(tmp_path / made.__name__)
    assert expected
    demo = hfkit.Demo(facade.with_(model=pinned(hub, tmp_path / made.__name__)))
    with serve_page(demo.write(tmp_path / "page"), hub.environment()) as url:
        page = Page(browser, url)
        for label, text in written.items():
            page.write(label, text)
        page.press("Submit")
        page.wait_for(output, expected)
        assert page.faults == []
