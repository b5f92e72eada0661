"""Files of the merge base: read together, proven by the commit's list, or one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from reviewer.changes.without_lines.base_files import ASKED_TOGETHER, FEW, BaseFiles
from reviewer.errors import ForgeError, NotFoundError, RequestReserveError
from reviewer.ports import LARGEST_FILE, Archive, Blob
from tests import builders
from tests.fakes import FakeCommitFiles, FakeForge
from tests.faults import faults

FILES = {f"f{number}.js": f"{number}\n".encode() for number in range(100)}


@dataclass
class CountingForge(FakeForge):
    """Writes down what is asked; `refused` names what it does not do, `texts` what queries lack."""

    old_contents: Mapping[str, bytes] = field(default_factory=lambda: FILES)
    refused: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)
    hidden: tuple[str, ...] = ()
    changed: Mapping[str, bytes] = field(default_factory=dict)

    def _note(self, what: str, more: str = "") -> None:
        self.asked.append(f"{what} {more}".strip())
        if what in self.refused:
            raise NotFoundError(f"There is no {what}.")

    def merge_base(self, base_sha: str, head_sha: str) -> str:
        self._note("comparison")
        return super().merge_base(base_sha, head_sha)

    def blobs(self, sha: str, *, optional: bool = False) -> Mapping[str, Blob]:
        self._note("list")
        return super().blobs(sha, optional=optional)

    def text_contents(self, paths: Sequence[str], sha: str) -> Mapping[str, bytes]:
        self._note("query", str(len(paths)))
        found = super().text_contents(paths, sha)
        return {p: self.changed.get(p, data) for p, data in found.items() if p not in self.hidden}

    def archive(self, sha: str) -> Archive:
        self._note("archive")
        kept = {p: data for p, data in self.old_contents.items() if p not in self.changed}
        return lambda files: FakeCommitFiles({p: kept[p] for p in files if p in kept})

    def content(self, path: str, sha: str, *, optional: bool = False) -> bytes | None:
        self._note("file", path)
        return super().content(path, sha, optional=optional)


def read_all(forge: CountingForge, *more: str) -> list[bytes | None]:
    paths = [*FILES, *more]
    base = BaseFiles(forge, builders.pull(), paths)
    return [base.read(path, forge.content) for path in paths]


def test_many_texts_take_a_query_for_forty() -> None:
    forge = CountingForge()
    assert read_all(forge) == list(FILES.values())
    assert forge.asked == ["comparison", "list", "query 40", "query 40", "query 20"]
    assert ASKED_TOGETHER == 40


def test_a_few_are_read_one_by_one() -> None:
    forge = CountingForge()
    base = BaseFiles(forge, builders.pull(), list(FILES)[:FEW])
    assert base.read("f0.js", forge.content) == b"0\n"
    assert forge.asked == ["comparison", "file f0.js"]


def test_what_queries_do_not_return_comes_from_the_archive() -> None:
    forge = CountingForge(hidden=tuple(FILES))
    assert read_all(forge) == list(FILES.values())
    assert forge.asked.count("archive") == 1
    assert len([each for each in forge.asked if each.startswith("file")]) == FEW


@faults("HA5")
def test_a_content_with_another_hash_is_read_by_itself() -> None:
    forge = CountingForge(changed={"f7.js": b"changed on its way\n"})
    assert read_all(forge) == list(FILES.values())
    assert [each for each in forge.asked if each.startswith("file")] == ["file f7.js"]


@pytest.mark.parametrize("refused", [("list",), ("query", "archive")])
def test_without_list_or_queries_each_is_read_by_itself(refused: tuple[str, ...]) -> None:
    forge = CountingForge(refused=refused)
    assert read_all(forge) == list(FILES.values())
    assert len([each for each in forge.asked if each.startswith("file")]) == len(FILES)


def test_what_is_no_plain_file_is_left_to_the_single_read() -> None:
    forge = CountingForge()
    assert read_all(forge, "no/file.js")[-1] is None
    assert forge.asked[-1] == "file no/file.js"


def test_a_large_file_is_left_to_the_single_read() -> None:
    forge = CountingForge(old_contents={**FILES, "large": bytes(LARGEST_FILE + 1)})
    read_all(forge, "large")
    assert forge.asked[-1] == "file large"


def test_a_text_that_a_query_would_cut_comes_from_the_archive() -> None:
    cut = {f"long{n}.js": b"x" * 600_000 for n in range(FEW + 2)}
    forge = CountingForge(old_contents={**FILES, **cut})
    read = read_all(forge, *cut)
    assert read == [*FILES.values(), *cut.values()]
    assert [each for each in forge.asked if each.startswith("query")][-1] == "query 20"
    assert len([each for each in forge.asked if each.startswith("file")]) == FEW


@faults("PD1")
def test_without_a_merge_base_it_is_asked_for_once() -> None:
    forge = CountingForge(refused=("comparison",))
    base = BaseFiles(forge, builders.pull(), list(FILES))
    for path in FILES:
        with pytest.raises(ForgeError):
            base.read(path, forge.content)
    assert forge.asked == ["comparison"]


@faults("PD1")
def test_queries_stop_while_requests_are_kept_for_publishing() -> None:
    class Keeping(CountingForge):
        def text_contents(self, paths: Sequence[str], sha: str) -> Mapping[str, bytes]:
            raise RequestReserveError("The rest is kept for publishing.")

    forge = Keeping(refused=("archive",))
    assert read_all(forge) == list(FILES.values())
