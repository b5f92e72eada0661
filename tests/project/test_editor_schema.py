"""What an editor shows of the settings file, from the YAML server that editors use."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from reviewer.config import settings as config
from reviewer.config.repository import file_schema
from reviewer.config.repository.file_keys import DECLARED, KEYS
from reviewer.config.shapes import Items, WordList, Words
from reviewer.config.workflow.inputs import Inputs

SCHEMA = Path(__file__).parents[2] / "schema" / "code-review.schema.json"
LISTS = [name for name, each in DECLARED.items() if isinstance(each.kind.shape, Items)]
SERVER = "yaml-language-server@1.19.2"


def test_the_schema_explains_every_setting() -> None:
    properties = json.loads(SCHEMA.read_text("utf-8"))["properties"]
    assert set(properties) == set(KEYS)
    for name, about in properties.items():
        assert "- Default: " in about["markdownDescription"]
        assert "/docs/configuration.md#" in about["markdownDescription"], name
        # The server writes an example of mappings as "[object Object]": there, a snippet helps.
        assert ("examples" in about) is (name != "path-instructions")


def test_every_word_has_a_meaning() -> None:
    words = {
        name: set(declared.kind.shape.words)
        for name, declared in DECLARED.items()
        if isinstance(declared.kind.shape, Words | WordList)
    }
    assert {name: set(meanings) for name, meanings in file_schema.MEANINGS.items()} == words


def test_the_addresses_of_sections_are_those_of_the_page() -> None:
    page = (SCHEMA.parents[1] / "docs" / "configuration.md").read_text("utf-8")
    for name in DECLARED:
        assert f"\n#### `{name}`\n" in page


def test_no_class_name_is_a_title() -> None:
    text = SCHEMA.read_text("utf-8")
    assert "RepositoryFile" not in text
    assert "PathInstructionEntry" not in text


class YamlServer:
    """yaml-language-server as a process, over its standard input and output."""

    def __init__(self, folder: Path) -> None:
        program = folder / "node_modules" / ".bin" / "yaml-language-server"
        self._process = subprocess.Popen(
            [str(program), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._number = 0
        self._folder = folder
        self.ask("initialize", processId=None, rootUri=folder.as_uri(), capabilities=_CAPABILITIES)
        self._tell("initialized")
        self._tell("workspace/didChangeConfiguration", settings={"yaml": self._settings})

    @property
    def _settings(self) -> dict[str, object]:
        return {
            "schemas": {SCHEMA.as_uri(): "*"}, "completion": True, "hover": True,
            "validate": True, "schemaStore": {"enable": False},
        }  # fmt: skip

    def open(self, text: str) -> "Opened":
        """Show a text to the server as a file of its own."""
        self._number += 1
        uri = (self._folder / f"code-review-{self._number}.yml").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", textDocument=document)
        return Opened(self, uri, text)

    def ask(self, method: str, **params: object) -> Any:  # noqa: ANN401 - JSON
        """Send a request and return its result; what the server asks meanwhile is answered."""
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        while (message := self._read()).get("id") != number or "method" in message:
            self._respond(message)
        assert "error" not in message, message
        return message["result"]

    def wait_for(self, method: str, uri: str) -> Any:  # noqa: ANN401 - JSON
        """Return the parameters of the next notification about a file."""
        while True:
            message = self._read()
            if message.get("method") == method and message["params"]["uri"] == uri:
                return message["params"]
            self._respond(message)

    def _respond(self, message: dict[str, Any]) -> None:
        if "id" not in message or "method" not in message:
            return
        wanted = message["params"].get("items", []) if "params" in message else []
        sections = [self._settings if each.get("section") == "yaml" else {} for each in wanted]
        self._send({"id": message["id"], "result": sections or None})

    def _tell(self, method: str, **params: object) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, object]) -> None:
        assert self._process.stdin
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the server has ended"
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        return message

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()


_CAPABILITIES = {
    "textDocument": {
        "completion": {
            "completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}
        },
        "hover": {"contentFormat": ["markdown"]},
        "publishDiagnostics": {},
    },
    "workspace": {"configuration": True},
}


class Opened:
    """A file that the server was shown."""

    def __init__(self, server: YamlServer, uri: str, text: str) -> None:
        self._server = server
        self._uri = uri
        self._lines = text.split("\n")

    def complete(self, line: int) -> dict[str, dict[str, Any]]:
        """Return what is offered at the end of a line, by label."""
        answer = self._server.ask("textDocument/completion", **self._place(line, None))
        items = answer if isinstance(answer, list) else answer["items"]
        return {item["label"]: item for item in items}

    def hover(self, line: int, column: int) -> str:
        """Return the text over a place."""
        answer = self._server.ask("textDocument/hover", **self._place(line, column))
        found = answer["contents"]
        return str(found["value"] if isinstance(found, dict) else found)

    def problems(self) -> list[str]:
        """Return what the server underlines."""
        told = self._server.wait_for("textDocument/publishDiagnostics", self._uri)
        return [each["message"] for each in told["diagnostics"]]

    def _place(self, line: int, column: int | None) -> dict[str, object]:
        character = len(self._lines[line]) if column is None else column
        return {
            "textDocument": {"uri": self._uri},
            "position": {"line": line, "character": character},
        }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[YamlServer]:
    folder = tmp_path_factory.mktemp("editor")
    options = ["--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        subprocess.run(
            ["npm", "install", *options, SERVER], check=True, capture_output=True, timeout=120
        )
    except (OSError, subprocess.SubprocessError) as missing:
        pytest.skip(f"{SERVER} cannot be installed: {type(missing).__name__}")
    with YamlServer(folder) as started:
        # It takes a moment until the server has read its settings, and checks again then.
        broken = started.open("no-such-key: 3\n")
        while not broken.problems():
            pass
        yield started


@pytest.mark.process
def test_an_editor_offers_all_keys_with_their_meaning(server: YamlServer) -> None:
    offered = server.open("language: French\n").complete(1)
    assert set(KEYS) - {"language"} <= set(offered)
    told = offered["max-files"]["documentation"]
    text = told["value"] if isinstance(told, dict) else told
    assert "Review at most this many files" in text
    assert "Default: `300`" in text
    assert "docs/configuration.md#max-files" in text


@pytest.mark.process
@pytest.mark.parametrize("name", [*LISTS, "language", "instructions"])
def test_what_an_editor_writes_for_a_key_can_be_used(server: YamlServer, name: str) -> None:
    offered = server.open(f"{name}: ").complete(0)
    assert offered
    for each in offered.values():
        config.load(Inputs(), f"{name}: {fill_in(each)}")


@pytest.mark.process
@pytest.mark.parametrize("name", [*LISTS, "path-instructions"])
def test_what_an_editor_writes_for_an_entry_can_be_used(server: YamlServer, name: str) -> None:
    text = f"{name}:\n  - "
    offered = server.open(text).complete(1)
    wanted = {"path and instructions"} if name == "path-instructions" else offered.keys()
    assert wanted
    for label in wanted:
        # An editor indents further lines as far as the one in which it writes.
        written = fill_in(offered[label]).replace("\n", "\n  ")
        assert config.load(Inputs(), f"{text}{written}").origin == ""


def fill_in(offered: dict[str, Any]) -> str:
    """Return what an editor writes, with the proposed text at each place to type in."""
    text = offered.get("insertText") or offered["textEdit"]["newText"]
    return re.sub(r"\$\{[0-9]+:([^}]*)\}", r"\1", text)


@pytest.mark.process
@pytest.mark.parametrize("name", file_schema.MEANINGS)
def test_an_editor_offers_the_words_with_their_meaning(server: YamlServer, name: str) -> None:
    offered = server.open(f"{name}: ").complete(0)
    for word, meaning in file_schema.MEANINGS[name].items():
        told = offered[word].get("documentation", "")
        assert meaning in (told["value"] if isinstance(told, dict) else told)


@pytest.mark.process
def test_an_editor_explains_a_key_on_hover(server: YamlServer) -> None:
    text = server.open("fail-on: high\n").hover(0, 2)
    assert "Fail the step when there is a finding of this severity" in text
    assert "Default: `never`" in text
    assert "[Documentation](" in text
    assert "RepositoryFile" not in text


@pytest.mark.process
def test_an_editor_underlines_what_the_action_refuses(server: YamlServer) -> None:
    right = "# all right\nmax-files: 3\nfail-on: high, excluded\nverify: on\nexclude: ['*.md']\n"
    assert server.open(right).problems() == []
    wrong = "max-file: 3\nfail-on: High\nexclude: a\n"
    assert len(server.open(wrong).problems()) == 3
