"""Reads the texts of files from GraphQL responses, and proves that they are whole."""

from collections.abc import Mapping, Sequence

from pydantic import ConfigDict, ValidationError

from reviewer.adapters.github import graphql_json
from reviewer.adapters.github.graphql_json import Node
from reviewer.adapters.github.queries import FileQuery
from reviewer.adapters.github.transport.http import Repository, Request
from reviewer.adapters.github.transport.refusals import GitHubResponse
from reviewer.text.digest import hash_as_git

_PLAIN_FILES = (0o100644, 0o100755)
_FIELDS = "... on Blob { oid isBinary isTruncated text }"


class _Blob(Node):
    """A file, or with nothing in it what is none; `oid` is git's hash of the content."""

    wrong = "a blob has no text"

    oid: str = ""
    is_binary: bool | None = None
    is_truncated: bool = False
    text: str | None = None


class _Entry(Node):
    """What a folder holds by one name; `mode` is that of git, as a number."""

    name: str
    mode: int
    oid: str


class _Folder(Node):
    """The entries of a folder."""

    entries: list[_Entry]


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


class PlacesData(Node):
    """The data of `FileQuery.places_only`."""

    wrong = "it holds no repository"

    repository: dict[str, object]


def read_places(response: GitHubResponse, asked: FileQuery) -> Mapping[str, bool]:
    """Return which of the places that a query asked for have anything."""

    def decode(value: object) -> Mapping[str, bool]:
        data = graphql_json.data(response, value, "look for files")
        found = PlacesData.parse(data).repository
        if not asked.names.keys() <= found.keys():
            raise ValueError("a place is missing")
        return {path: found[name] is not None for name, path in asked.names.items()}

    return response.read(decode)


def _content(blob: _Blob | None) -> bytes | None:
    """Return the bytes of a text, if git's hash says that they are the whole file."""
    if blob is None or blob.is_binary or blob.is_truncated or blob.text is None:
        return None
    content = blob.text.encode(errors="surrogatepass")
    return content if hash_as_git(content, len(blob.oid)) == blob.oid else None


def read_in_folder(path: str, file: object, folder: object) -> Mapping[str, bytes | None]:
    """Return the content of a plain file by its path; None if its folder has no such name.

    `file` and `folder` are the JSON of a blob and of a tree. The result is empty where they prove
    nothing: a link, a file that is no text, or a server that does not answer.
    """
    try:
        entries = _Folder.model_validate(folder).entries
        blob = _Blob.model_validate(file or {})
    except ValidationError:
        return {}
    name = path.rpartition("/")[2]
    entry = next((each for each in entries if each.name == name), None)
    if entry is None:
        return {path: None} if path and file is None else {}
    content = _content(blob)
    is_it = entry.mode in _PLAIN_FILES and entry.oid == blob.oid
    return {path: content} if is_it and content is not None else {}
