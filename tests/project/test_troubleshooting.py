"""docs/troubleshooting.md: every error has its section, and the texts are what is printed."""

import importlib
import json
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from httpx2 import Request, Response

import reviewer
from reviewer import project
from reviewer.adapters.files.confined import ConfinedFolder
from reviewer.adapters.github.transport import refusals as github_refusals
from reviewer.adapters.github.transport.refusals import GitHubResponse
from reviewer.adapters.http.retry import TransientError
from reviewer.adapters.openai.errors import error_bodies, refusals
from reviewer.config.repository import file_keys
from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import CancelledError, InputError, ReviewerError
from reviewer.events import payload
from reviewer.llm.budget import Budget
from reviewer.outputs import review_report
from reviewer.redaction.run_secrets import Secrets
from reviewer.run.error_boundary import UNEXPECTED
from scripts import error_texts
from scripts.error_texts import ErrorText

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
ANCHORS = re.findall(r'^<a name="([a-z-]+)"></a>\n\n### ', PAGE, re.MULTILINE)


def error_classes() -> Iterator[type[ReviewerError]]:
    """Yield every class of errors of the program."""
    for module in pkgutil.walk_packages(reviewer.__path__, "reviewer."):
        if module.name != "reviewer.__main__":
            importlib.import_module(module.name)
    waiting = [ReviewerError]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += found.__subclasses__()


def in_page(section: str) -> str:
    """Return one section of the page."""
    return PAGE.partition(f'<a name="{section}"></a>')[2].partition("<a name=")[0]


CLASSES = sorted(error_classes(), key=lambda each: each.__name__)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_class_of_errors_has_a_section(kind: type[ReviewerError]) -> None:
    assert kind.section in ANCHORS
    assert f"<!-- errors:{kind.section}:begin -->" in in_page(kind.section)
    assert error_texts.sections()[kind.__name__] == kind.section


def test_every_section_is_about_errors_that_the_program_prints() -> None:
    assert sorted(ANCHORS) == sorted(set(ANCHORS))
    assert set(ANCHORS) == {kind.section for kind in CLASSES} | {error_texts.FAIL_ON}
    assert {each.section for each in error_texts.error_texts()} == set(ANCHORS)


def refuse(status: int, code: str = "") -> ReviewerError:
    """Return the error for a status of the model server."""
    request = Request("POST", "https://models.example/v1/chat/completions")
    body = {"error": {"message": "No.", "code": code}}
    refusal = error_bodies.read(Response(status, json=body, request=request), "")
    problem = refusals.explain(refusal, "small-1", {})
    cause = problem.problem if isinstance(problem, TransientError) else problem
    assert isinstance(cause, ReviewerError)
    return cause


def refuse_by_github(status: int, message: str = "", **headers: str) -> ReviewerError:
    """Return the error for a status of GitHub."""
    known = {name.replace("_", "-"): value for name, value in headers.items()}
    response = GitHubResponse("POST /it", status, known, json.dumps({"message": message}))
    problem = github_refusals.explain(response)
    cause = problem.problem if isinstance(problem, TransientError) else problem
    assert isinstance(cause, ReviewerError)
    return cause


PRINTED: dict[str, Callable[[], object]] = {
    "input": lambda: Inputs.load({"INPUT_MAX-FILES": "many"}),
    "input unknown": lambda: Inputs.load({"INPUT_EXLUDE": "*.md"}),
    "input base-url": lambda: Inputs.load({"INPUT_BASE-URL": "ftp://example.com"}),
    "settings-file syntax": lambda: file_keys.parse("exclude: [a\n"),
    "settings-file key": lambda: file_keys.parse("exlude: [a]\n"),
    "settings-file place": lambda: file_keys.parse("model: gpt-4o\n"),
    "settings-file word": lambda: file_keys.parse("review-drafts: no\n"),
    "event": lambda: payload.parse("pull_request", b"[]", repository="o/r", ref=""),
    "report": lambda: review_report.parse(b"{}"),
    "model-refused": lambda: refuse(401),
    "model-refused quota": lambda: refuse(429, "insufficient_quota"),
    "model-refused credit": lambda: refuse(402),
    "model-refused proxy": lambda: refuse(407),
    "model-name": lambda: refuse(404),
    "model-name deployment": lambda: refuse(404, "DeploymentNotFound"),
    "model": lambda: refuse(500),
    "model limit": lambda: refuse(429),
    "model refusal": lambda: refuse(418),
    "prompt-too-long": lambda: refuse(413),
    "github": lambda: refuse_by_github(502),
    "github redirect": lambda: refuse_by_github(301),
    "github-token": lambda: refuse_by_github(401),
    "github-permission": lambda: refuse_by_github(403, "Resource not accessible by integration"),
    "github-rate-limit": lambda: refuse_by_github(403, "API rate limit exceeded", retry_after="60"),
    "github-refused-write": lambda: refuse_by_github(422, "Validation Failed"),
    "not-found": lambda: refuse_by_github(404, "Not Found"),
    "conversation-closed": lambda: refuse_by_github(403, "Unable to comment: issue is locked"),
    "budget": lambda: Budget(10, None, lambda _: None).reserve("model", 1_000),
    "file": lambda: ConfinedFolder("/").read("../etc/passwd", 10),
    "secret-repeated": lambda: Secrets(("a-long-secret-word",)).withhold(["a-long-secret-word"]),
    "unexpected": lambda: UNEXPECTED,
    "cancelled": lambda: CancelledError(15),
}


@pytest.mark.parametrize("name", PRINTED)
def test_what_is_printed_is_listed_in_the_section_of_its_class(name: str) -> None:
    try:
        problem = PRINTED[name]()
    except ReviewerError as raised:
        problem = raised
    assert isinstance(problem, ReviewerError)
    assert problem.section == name.split(maxsplit=1)[0]
    matching = [
        each
        for each in error_texts.error_texts()
        if each.section == problem.section and each.matches(str(problem))
    ]
    assert matching, str(problem)
    assert any(first_words(each) in in_page(problem.section) for each in matching)


def first_words(text: ErrorText) -> str:
    """Return the longest piece of a text that is always printed, as the page writes it."""
    pieces = re.split("[…`*_<>\\[\\]]", text.what)
    return max(pieces, key=len).strip()


def test_a_text_says_what_is_known_of_it() -> None:
    assert ErrorText("model", "The server failed (…): …").matches("The server failed (500): No.")
    assert not ErrorText("model", "The server failed (…): …").matches("A server failed (500): No.")


def test_an_error_ends_with_the_address_of_its_section() -> None:
    problem = InputError("It failed.", remedy="Set it.")
    page = f"{project.HOME}/blob/main/docs/troubleshooting.md"
    assert problem.with_address() == f"It failed. Set it. Help: {page}#input"
    assert problem.with_address("It failed twice.") == f"It failed twice. Help: {page}#input"
