"""Asks for the texts of several files in one GraphQL query, and proves that they are whole."""

from collections.abc import Mapping, Sequence

from pydantic import ConfigDict

from reviewer.adapters.github import graphql_json
from reviewer.adapters.github.graphql_json import Node
from reviewer.adapters.github.http import Repository, Request
from reviewer.adapters.github.refusals import GitHubResponse
from reviewer.text.digest import hash_as_git

_FIELDS = "... on Blob { oid isBinary isTruncated text }"


class _Blob(Node):
    """A file, or with nothing in it what is none; `oid` is git's hash of the content."""

    wrong = "a blob has no text"

    oid: str = ""
    is_binary: bool | None = None
    is_truncated: bool = False
    text: str | None = None


class _Repository(Node):
    """What the query asked for, by the names that it gave the files."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, _Blob | None]


class _Data(Node):
    """The data of the response."""

    wrong = "it holds no repository"

    repository: _Repository


def ask(repository: Repository, paths: Sequence[str], sha: str) -> Request:
    """Return the query for files at a commit."""
    names = [f"f{number}" for number in range(len(paths))]
    variables = "".join(f", ${name}: String!" for name in names)
    fields = " ".join(f"{name}: object(expression: ${name}) {{ {_FIELDS} }}" for name in names)
    query = (
        f"query Contents($owner: String!, $name: String!{variables}) "
        f"{{ repository(owner: $owner, name: $name) {{ {fields} }} }}"
    )
    expressions = (f"{sha}:{path}" for path in paths)
    return repository.ask(query, dict(zip(names, expressions, strict=True)))


def read(response: GitHubResponse, paths: Sequence[str]) -> Mapping[str, bytes]:
    """Return the contents by path; what is binary, cut or changed on its way is left out."""

    def decode(value: object) -> Mapping[str, bytes]:
        data = graphql_json.data(response, value, "read files")
        found = _Data.parse(data).repository.__pydantic_extra__
        contents = ((path, _content(found.get(f"f{n}"))) for n, path in enumerate(paths))
        return {path: content for path, content in contents if content is not None}

    return response.read(decode)


def _content(blob: _Blob | None) -> bytes | None:
    """Return the bytes of a text, if git's hash says that they are the whole file."""
    if blob is None or blob.is_binary or blob.is_truncated or blob.text is None:
        return None
    content = blob.text.encode(errors="surrogatepass")
    return content if hash_as_git(content, len(blob.oid)) == blob.oid else None
