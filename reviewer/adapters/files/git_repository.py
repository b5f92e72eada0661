"""Finds the local repository, its default branch, and the commits that a person means."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reviewer.adapters.files.git_runs import decode, run_git
from reviewer.adapters.files.local_git import LocalCommits
from reviewer.errors import InputError, MissingContentError, NotFoundError

# "..my-branch" begins at the default branch; "../name" is a path.
_RANGE = re.compile(r"(?P<base>(?:[^.].*?)?)\.\.\.?(?P<head>(?![./]).*)")
_NUMBER = re.compile(r"#?([1-9][0-9]{0,9})")
# The path of a pull request on GitHub, without the server.
_PULL = re.compile(r"([\w.-]+/[\w.-]+)/pull/([1-9]\d{0,9})", re.ASCII)
# "HEAD~2", "main^"; of a merge, "main^2" is the second parent.
_ANCESTOR = re.compile(r"([^~^]+)[~^][~^0-9]*")
_OTHER_PARENT = re.compile(r"\^0*(?:[2-9]|1[0-9])")
# Where a server's default branch is not known: what git calls the first branch, and did before.
_USUAL = ("main", "master")
_NAME_TWO = "Name two commits: `code-review review BASE..HEAD`."
# Names of branches that others are usually merged into.
_COMMON = ("trunk", "develop", "dev", "default", "stable", "production")
# Names may have signs that a shell acts on, and people paste what an error says to write.
_PLAIN_NAME = re.compile(r"\w[\w./-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class LocalRepository:
    """A repository on this machine; every text that git prints about it is untrusted.

    `folder` is the root of the working tree, or the repository itself if `has_files` is False: it
    is bare, or the current folder is inside of `.git`. `head` is the current commit, "" before the
    first one.
    """

    folder: str
    has_files: bool
    head: str

    @classmethod
    def find(cls, folder: str) -> "LocalRepository":
        """Find the repository that a folder belongs to; raises ForgeError if there is none."""
        try:
            inside = _ask(folder, "rev-parse", "--is-inside-work-tree") == "true"
        except NotFoundError as problem:
            # git has other reasons too: a repository of another user, for example.
            if "not a git repository" not in str(problem):
                raise
            raise NotFoundError(
                "This folder belongs to no git repository.",
                remedy="Change to a folder of the repository to review, then run this again.",
            ) from None
        root = _ask(folder, "rev-parse", "--show-toplevel") if inside else folder
        return cls(root, inside, cls.find_head(root))

    @staticmethod
    def find_head(folder: str) -> str:
        """Return the current commit of a folder, "" if there is none."""
        return _try(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")

    @property
    def empty_tree(self) -> str:
        """The hash of a tree without files; git knows it without an object."""
        return self.ask("hash-object", "-t", "tree", "--stdin")

    def require_own(self, environ: Mapping[str, str]) -> None:
        """Raise InputError if git's variables name another repository or other files.

        git would use those, and code that nobody meant would be sent to the model.
        """
        own = {"GIT_DIR": self.ask("rev-parse", "--absolute-git-dir")}
        if self.has_files:
            own["GIT_WORK_TREE"] = self.folder
        for name, place in own.items():
            given = environ.get(name, "")
            if given and os.path.realpath(given) != os.path.realpath(place):
                raise _refuse_variable(name, given)

    def find_path(self, name: str) -> str:
        """Return the full path at which git keeps something, such as "objects"."""
        # git prints it from the folder, which may be the current one.
        return os.path.realpath(
            os.path.join(self.folder, self.ask("rev-parse", "--git-path", name))  # noqa: PTH118
        )

    def commits_between(self, text: str) -> LocalCommits:
        """Return the commits of "BASE..HEAD", "BASE.." or "BASE" (both up to HEAD).

        Without BASE, they are those that the default branch lacks. Raises ForgeError if git does
        not find them.
        """
        found = _RANGE.fullmatch(text)
        base, head = (found["base"], found["head"] or "HEAD") if found else (text, "HEAD")
        tip = self.resolve(head)
        forked, name = self.find_base(base, tip)
        return LocalCommits(
            self.folder, forked, tip, text if base else f"{name}..{head}", f"{forked} {tip}"
        )

    def find_base(self, name: str, head: str) -> tuple[str, str]:
        """Return where `head` left the commit `name`, by default the default branch, and its name.

        An empty tree comes before all commits.
        """
        if name == self.empty_tree:
            return name, name
        start, name = (self.resolve(name), name) if name else self.find_default_branch()
        return self.find_fork(start, head, name), name

    def resolve(self, name: str) -> str:
        """Return the commit of a branch, tag or other name.

        Raises NotFoundError if there is none, or git cannot read it.
        """
        if sha := self.try_to_resolve(name):
            return sha
        if name == "HEAD" and not self.head:
            raise NotFoundError(
                "There is no commit here yet.",
                remedy="Commit first, or write `code-review review` to review all files.",
            )
        what = f"'{name}' is no branch or commit here."
        if (younger := _ANCESTOR.fullmatch(name)) and self.try_to_resolve(younger[1]):
            raise self._refuse_ancestor(what, name, younger[1])
        raise NotFoundError(
            what, cause="It is misspelled, or was not fetched.", remedy=self._advise_name(name)
        )

    def _advise_name(self, name: str) -> str:
        """Return what to do about a name of no commit."""
        if pull := _PULL.fullmatch(name):
            return f"For a pull request on GitHub, write `{pull[1]}#{pull[2]}`."
        if number := _NUMBER.fullmatch(name):
            return (
                "A pull request on GitHub is named with its repository: write "
                f"`code-review review 'owner/repo#{number[1]}'`."
            )
        listed = "`git branch --all` lists the branches, `git log` the commits."
        remotes = self.ask("remote").split()
        usual = "origin" if "origin" in remotes else next(iter(remotes), "")
        remote = next((each for each in remotes if name.startswith(f"{each}/")), usual)
        branch = name.removeprefix(f"{remote}/")
        if not remote or not _PLAIN_NAME.fullmatch(branch) or not _PLAIN_NAME.fullmatch(remote):
            return listed
        here = branch if branch == name else f"refs/remotes/{remote}/{branch}"
        return f"{listed} `git fetch {remote} {branch}:{here}` fetches a branch of that name."

    def _refuse_ancestor(self, what: str, name: str, younger: str) -> NotFoundError:
        """Return the error about a commit that is not before `younger`, which exists."""
        if _OTHER_PARENT.search(name):
            return NotFoundError(
                what,
                cause=f"{younger} has no such parent: only a merge has a second one.",
                remedy=f"The commit two before it is `{younger}~2`.",
            )
        remedy = (
            "Before a first commit is the empty tree. For all of the history, write "
            f"`code-review review {self.empty_tree}..HEAD`."
        )
        if self.try_to_ask("rev-parse", "--is-shallow-repository") == "true":
            remedy = "`git fetch --unshallow` gets the rest of the history."
        return NotFoundError(
            what,
            cause=f"{younger} has no such ancestor: the history begins after it.",
            remedy=remedy,
        )

    def try_to_resolve(self, name: str) -> str:
        """Return what `resolve` does, "" if there is no such commit."""
        return self.try_to_ask(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
        )

    def find_fork(self, base: str, head: str, name: str) -> str:
        """Return the commit from which the history of `head` left `base`, which is called `name`.

        Raises ForgeError if they have none in common.
        """
        if fork := self.try_to_ask("merge-base", base, head):
            return fork
        shallow = self.ask("rev-parse", "--is-shallow-repository") == "true"
        raise NotFoundError(
            f"{name} and the commit to review have no commit in common.",
            cause="The clone is shallow: it lacks the older commits." if shallow else "",
            remedy="Fetch them with `git fetch --unshallow`." if shallow else _NAME_TWO,
        )

    def find_default_branch(self) -> tuple[str, str]:
        """Return the commit and the name of the default branch.

        Raises NotFoundError if no branch is known to be it.
        """
        for ref in self._candidates():
            if sha := self.try_to_ask("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}"):
                return sha, self._shorten(ref)
        name = self._guess_default_branch()
        what = "The default branch is not known, so nobody knows which commits to review."
        fetched = self.try_to_ask("config", "--get-all", "remote.origin.fetch")
        if fetched and "*" not in fetched:
            raise NotFoundError(
                what,
                cause="The clone has one branch of the remote repository alone.",
                remedy="Get the others: `git remote set-branches origin '*' && git fetch && git "
                "remote set-head origin --auto`. "
                "`code-review review HEAD` reviews only what is not committed.",
            )
        raise NotFoundError(
            what,
            cause="There is no origin/HEAD, no branch of the name in init.defaultBranch, and no "
            "main or master.",
            remedy=f"Name it: `code-review review {name}`. Or set it once: `git config "
            f"init.defaultBranch {name}`, or for a clone `git remote set-head origin --auto`. "
            "`code-review review HEAD` reviews only what is not committed.",
        )

    def _guess_default_branch(self) -> str:
        """Return the name of another branch that may be the default one, for an example."""
        here = self.try_to_ask("symbolic-ref", "--quiet", "--short", "HEAD")
        listed = self.ask("for-each-ref", "--format=%(refname:short)", "refs/heads").split()
        others = [name for name in listed if name != here and _PLAIN_NAME.fullmatch(name)]
        usual = [name for name in _COMMON if name in others]
        return next(iter((*usual, *others)), "BRANCH")

    def _candidates(self) -> Iterator[str]:
        """Yield full names of refs, the most certain first."""
        remotes = sorted(self.ask("remote").split(), key=lambda name: name != "origin")
        yield from (f"refs/remotes/{remote}/HEAD" for remote in remotes)
        configured = self.try_to_ask("config", "--get", "init.defaultBranch")
        for name in dict.fromkeys(filter(None, (configured, *_USUAL))):
            yield from (f"refs/remotes/{remote}/{name}" for remote in remotes)
            yield f"refs/heads/{name}"
        # With no branch beside the current one, or one: `git init --initial-branch trunk`.
        here = self.try_to_ask("symbolic-ref", "--quiet", "HEAD")
        listed = self.ask("for-each-ref", "--format=%(refname)", "refs/heads").split()
        others = [name for name in listed if name != here]
        if len(others) <= 1:
            yield from (*others, *filter(None, (here,)))

    def _shorten(self, ref: str) -> str:
        """Return the name of the branch that a ref such as origin/HEAD points to."""
        target = self.try_to_ask("symbolic-ref", "--quiet", ref) or ref
        return re.sub("^refs/(heads|remotes)/", "", target)

    def ask(self, *arguments: str) -> str:
        """Run git at the root and return the line that it prints; raises ForgeError if it fails."""
        return _ask(self.folder, *arguments)

    def try_to_ask(self, *arguments: str) -> str:
        """Return what `ask` does, "" if git finds nothing."""
        return _try(self.folder, *arguments)


def _refuse_variable(name: str, given: str) -> InputError:
    return InputError(
        f"{name} is set to {given!r}, which is not the repository of this folder.",
        cause="git uses it; a review is of the repository of the folder.",
        remedy=f"Change to its folder, or write `env -u {name} code-review review`.",
    )


def _ask(folder: str, *arguments: str) -> str:
    # A folder's name may end in a blank.
    return decode(run_git(folder, *arguments)).removesuffix("\n")


def _try(folder: str, *arguments: str) -> str:
    """Return what git prints, "" if it finds nothing; raises ForgeError if git does not run."""
    try:
        return _ask(folder, *arguments)
    except (MissingContentError, NotFoundError):
        return ""
