"""Runs git so that it starts no other program, fetches nothing and writes nothing."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence

from reviewer.errors import ForgeError, MissingContentError, NotFoundError

# The repository may be untrusted, and its configuration can name programs: for the file monitor,
# hooks, diffs and text conversion. None of them is started, and nothing is fetched. The user's
# configuration is read, because it can say that the folder is safe; it changes nothing in a review.
_SAFE = (
    "git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
    "-c", "core.attributesFile=/dev/null", "-c", "core.quotePath=false",
    "-c", "diff.suppressBlankEmpty=false",
)  # fmt: skip
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    # A path may begin with ":" or have a "*".
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    # For versions before 2.45, which do not know the former: ssh could be any program.
    "GIT_ALLOW_PROTOCOL": "none",
}
# The user's settings can be anywhere, with the list of ignored files and the folders that are safe.
_KNOWN = (
    "PATH", "HOME", "XDG_CONFIG_HOME", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM",
)  # fmt: skip
_SETTINGS = "GIT_CONFIG_"
_NOTHING: Mapping[str, str] = {}
# git names the folder, in quotes if a shell needs them.
_TRUSTING = re.compile(r"git config --global --add safe\.directory .+")
_LONGEST_MESSAGE = 300
# What git says of an object that is not there: with lazy fetching disabled, and without a server.
_LACKING = ("promisor", "unable to read", "Blob not found", "Tree not found")
_LONGEST_RUN = 120
"""Seconds of one run of git."""


def decode(output: bytes) -> str:
    """Return what git printed as text; bytes that are no UTF-8 become lone surrogates."""
    return output.decode("utf-8", errors="surrogateescape")


def run_git(
    folder: str, *arguments: str, given: bytes = b"", environ: Mapping[str, str] = _NOTHING
) -> bytes:
    """Run git in a folder and return what it prints; `environ` adds variables.

    Raises MissingContentError if the clone lacks what git reads, NotFoundError if git fails for
    another reason, ForgeError if it cannot be run or takes too long.
    """
    known = {
        name: value
        for name, value in os.environ.items()
        if name in _KNOWN or name.startswith(_SETTINGS)
    }
    try:
        done = subprocess.run(  # noqa: S603  # a list of arguments; untrusted ones are no options
            [*_SAFE, *arguments],
            cwd=folder,
            env={**known, **_ENVIRONMENT, **environ},
            input=given,
            capture_output=True,
            timeout=_LONGEST_RUN,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise ForgeError(
            f"git cannot be run: {type(problem).__name__}.",
            cause="It is not installed, or took longer than two minutes.",
            remedy="Install git, and check that `git status` works in the folder.",
        ) from problem
    if done.returncode:
        raise _explain(arguments, " ".join(decode(done.stderr).split()))
    return done.stdout


def read_blob(folder: str, name: str, path: str) -> bytes:
    """Return the content of a file whose hash, `name`, is that of a tree or the index.

    Raises MissingContentError if the clone lacks it.
    """
    try:
        return run_git(folder, "cat-file", "blob", name)
    except (MissingContentError, NotFoundError) as problem:
        raise MissingContentError(
            f"This clone lacks the content of {path[:_LONGEST_MESSAGE]!r}.",
            cause="It is partial, or damaged, and a review fetches nothing.",
            remedy=f"Run `git show {name}` once: git fetches it then.",
        ) from problem


def _explain(arguments: Sequence[str], message: str) -> ForgeError:
    # Options come before the command where filters are switched off.
    command = next(word for word in arguments if word[:1] != "-" and "=" not in word)
    what = (
        f"git {command} failed: {(message[:_LONGEST_MESSAGE] or 'it found nothing').rstrip('.')}."
    )
    if any(words in message for words in _LACKING):
        return MissingContentError(
            what,
            cause="The clone is partial, or damaged, and a review fetches nothing.",
            remedy="`git diff` with the same commits fetches what it shows, `git fetch --refetch "
            "--no-filter` all.",
        )
    if trusting := _TRUSTING.search(message):
        return NotFoundError(
            "git does not read this repository: it belongs to another user.",
            remedy=f"If you trust it, run `{trusting[0]}`.",
        )
    return NotFoundError(what, remedy="Check with `git status` that git can read the repository.")
