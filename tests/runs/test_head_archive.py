"""The head commit as one archive: what a review costs in requests, and what it does without."""

import gzip
import io
import json
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from reviewer.adapters.files.archive import Limits
from tests.faults import faults
from tests.loopback import archives, failures
from tests.loopback.failures import Around, Drip, Hang, Instead
from tests.loopback.github import TOKEN, LoopbackGitHub
from tests.loopback.held_requests import wait_for
from tests.loopback.messages import Response
from tests.loopback.model import Body, ScriptedReply
from tests.loopback.state import Tree
from tests.runs.job import NUMBER, Job, prompted_path, review_reply

TARBALL, ARCHIVE, CONTENT = "GET .*/tarball/", "GET /_codeload/", "GET .*/contents/src/"
AROUND = "around = 'the change'\n"
WITHOUT = "the head commit was not read as a whole, only changed files were"


def changes(count: int) -> dict[str, tuple[str, str]]:
    """Change the last line of files, so that the lines before it are their context."""
    before = AROUND + "keep = 1\n" * 9
    return {f"src/f{n}.py": (f"{before}x = {n}\n", f"{before}x = {n} + 1\n") for n in range(count)}


@pytest.fixture
def job(job: Job) -> Job:
    """Three changed files, and one that is there."""
    job.github.add_pull(NUMBER, changes(3) | {"src/there.py": ("there = 1\n", "there = 1\n")})
    job.model.script = lambda body: review_reply(prompted_path(body))
    return job


def prompts(job: Job) -> list[str]:
    """Return the prompts that are about a file."""
    texts = (str(body["messages"][-1]["content"]) for body in job.model.bodies)
    return [text for text in texts if "Your task is a review of the changes" in text]


def assert_reviewed_with_context(job: Job, files: int = 3) -> None:
    assert f"Reviewed {files} of {files}" in job.github.bodies[0]
    found = prompts(job)
    assert len(found) == files
    assert all(AROUND.strip() in text for text in found)


@pytest.mark.parametrize(("files", "most"), [(100, 20), (1_000, 60)])
def test_context_costs_no_request_for_each_file(job: Job, files: int, most: int) -> None:
    job.github.checked = False
    job.github.add_pull(NUMBER, changes(files))
    job.inputs |= {"max-files": str(files), "concurrency": "16"}
    finished = job.run(timeout="1200")
    assert finished.code == 0
    assert_reviewed_with_context(job, files)
    assert len(job.github.requests) <= most
    assert job.github.sent(CONTENT) == []
    assert len(job.github.sent(ARCHIVE)) == 1
    assert WITHOUT not in finished.summary


def test_without_an_archive_a_thousand_files_take_some_queries(job: Job) -> None:
    job.github.checked = False
    job.github.add_pull(NUMBER, changes(1_000))
    job.github.fail(TARBALL, failures.status(404, {"message": "Not Found"}), forever=True)
    job.inputs |= {"max-files": "1000", "concurrency": "16"}
    # On a busy machine, a thousand questions may take more than a minute.
    job.patience = 600.0
    assert job.run(timeout="1200").code == 0
    assert_reviewed_with_context(job, 1_000)
    assert len(job.github.requests) <= 60


def test_the_announcement_does_not_wait_for_the_archive(job: Job) -> None:
    shown: list[str] = []

    def look() -> None:
        wait_for(lambda: bool(job.github.bodies))
        shown.extend(job.github.bodies)

    job.github.fail(ARCHIVE, Around(before=look))
    assert job.run().code == 0
    assert "is under way" in shown[0]


def test_guidelines_are_read_while_the_archive_comes(job: Job) -> None:
    """Each of the two responses is held until the other one was asked for."""
    both = threading.Barrier(2)
    for match in (TARBALL, "GET .*/contents/AGENTS.md"):
        job.github.fail(match, Around(before=lambda: both.wait(20)))
    assert job.run(guidelines="AGENTS.md").code == 0
    assert_reviewed_with_context(job)
    assert not both.broken


def test_a_run_that_asks_no_model_reads_no_archive(job: Job) -> None:
    assert job.run().code == 0
    assert job.run().code == 0
    assert len(job.github.sent(TARBALL)) == 1


def test_a_draft_reads_no_archive(job: Job) -> None:
    job.github.repository.pulls[NUMBER].draft = True
    job.run()
    assert job.github.sent(TARBALL) == []


def test_a_push_of_nothing_that_is_asked_about_reads_no_archive(job: Job) -> None:
    assert job.run().code == 0
    job.github.push(NUMBER, {"src/there.py": "there = 1\n"})
    assert job.run().code == 0
    assert len(job.github.sent(TARBALL)) == 1


def check_out(job: Job, *but: str) -> None:
    """Give the job a checkout of the head, without some of its files."""
    tree = job.github.repository.pulls[NUMBER].head_tree
    job.checkout = str(job.root / "checkout")
    for path, data in tree.items():
        file = Path(job.checkout, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        if path not in but and isinstance(data, bytes):
            file.write_bytes(data)


def test_a_checkout_of_the_head_serves_in_place_of_the_archive(job: Job) -> None:
    check_out(job)
    assert job.run().code == 0
    assert_reviewed_with_context(job)
    assert job.github.sent(TARBALL) == []


def test_a_checkout_that_lacks_a_file_does_not(job: Job) -> None:
    check_out(job, "src/there.py")
    assert job.run().code == 0
    assert_reviewed_with_context(job)
    assert len(job.github.sent(TARBALL)) == 1


@faults("HA6")
@pytest.mark.parametrize(
    "fault",
    [
        failures.status(404, {"message": "Not Found"}),
        failures.status(403, {"message": "Resource not accessible by integration"}),
        failures.status(502),
        failures.html(),
        failures.rate_limited(retry_after=3_600),
    ],
    ids=["missing", "forbidden", "broken", "page", "limited"],
)
@pytest.mark.parametrize("where", [TARBALL, ARCHIVE])
def test_without_an_archive_files_are_read_together_and_the_run_says_so(
    job: Job, where: str, fault: Instead
) -> None:
    job.github.fail(where, fault, forever=True)
    finished = job.run()
    assert finished.code == 0
    assert_reviewed_with_context(job)
    assert WITHOUT in finished.summary
    assert WITHOUT not in job.github.bodies[0]
    assert job.github.sent(CONTENT) == []
    assert "EXPIRES" not in finished.log + finished.summary


@faults("HA6")
def test_without_archive_and_queries_files_are_read_one_by_one(job: Job) -> None:
    job.github.fail(TARBALL, failures.status(404, {"message": "Not Found"}), forever=True)
    job.github.site.hides_files = True
    job.github.checked = False
    finished = job.run()
    assert finished.code == 0
    assert_reviewed_with_context(job)
    assert len(job.github.sent(CONTENT)) == 3


@faults("HA6")
@pytest.mark.parametrize("fault", [Hang(20), Drip(0.05)], ids=["hang", "drip"])
def test_an_archive_that_never_comes_is_not_waited_for(job: Job, fault: failures.Failure) -> None:
    job.per_archive = 0.3
    job.github.fail(ARCHIVE, fault, forever=True)
    finished = job.run()
    assert finished.code == 0
    assert_reviewed_with_context(job)
    assert "did not come in time" in finished.summary


def hostile(job: Job, make: Callable[[Tree], bytes]) -> None:
    """Put another archive in the place of the real one, made of the head's tree."""
    packed = make(job.github.repository.pulls[NUMBER].head_tree)
    job.github.fail(ARCHIVE, Instead(Response(200, packed, archives.GZIP)), forever=True)


def members_beside(tree: Tree, *members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """Add members to the archive of a tree."""
    plain = [(archives.member(f"o/{p}", d), d) for p, d in tree.items() if isinstance(d, bytes)]
    return archives.pack_members([*members, *plain])


@faults("HA1")
@pytest.mark.usefixtures("temporary_folder")
def test_names_that_lead_out_of_the_folder_write_nothing(job: Job) -> None:
    names = ["../evil", "o/../../evil", f"{job.root}/evil", "o/src/../../../evil", "evil"]
    evil = [(archives.member(name, b"evil"), b"evil") for name in names]
    hostile(job, lambda tree: members_beside(tree, *evil))
    assert job.run().code == 0
    assert_reviewed_with_context(job)
    assert [path for path in job.root.rglob("*") if path.name == "evil"] == []


@faults("HA2")
@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_a_link_or_pipe_in_the_place_of_a_file_shows_nothing_of_the_machine(
    job: Job, kind: bytes
) -> None:
    secret = job.root / "secret"
    secret.write_text("left by another step")
    job.invariants.secrets.append("left by another step")
    odd = tarfile.TarInfo("o/src/f1.py")
    odd.type, odd.linkname = kind, str(secret)

    def make(tree: Tree) -> bytes:
        return members_beside({p: d for p, d in tree.items() if p != "src/f1.py"}, (odd, b""))

    hostile(job, make)
    assert job.run().code == 0
    assert_reviewed_with_context(job)


def _bomb(_tree: Tree) -> bytes:
    """Make a file of 600 MB out of nothing."""
    plain = io.BytesIO()
    with gzip.GzipFile(fileobj=plain, mode="wb", compresslevel=1) as packed:
        info = tarfile.TarInfo("o/src/f1.py")
        info.size = 600_000_000
        packed.write(info.tobuf(tarfile.GNU_FORMAT))
        for _ in range(600):
            packed.write(bytes(1_000_000))
    return plain.getvalue()


@faults("HA3")
def test_a_bomb_is_given_up_and_the_review_is_made(job: Job) -> None:
    assert Limits().unpacked < 600_000_000
    hostile(job, _bomb)
    finished = job.run()
    assert finished.code == 0
    assert_reviewed_with_context(job)
    assert "too large to be read as a whole" in finished.summary


@faults("HA4")
def test_no_run_leaves_a_file_of_an_archive_behind(job: Job, temporary_folder: Path) -> None:
    seen: list[object] = []

    def look(body: Body) -> str:
        seen.extend(temporary_folder.iterdir())
        return review_reply(prompted_path(body))

    job.model.script = look
    assert job.run().code == 0
    assert_reviewed_with_context(job)
    assert seen == list(temporary_folder.iterdir()) == []


@faults("HA5")
def test_attributes_cannot_show_the_model_another_text_than_the_commit_has(job: Job) -> None:
    def make(tree: Tree) -> bytes:
        changed = {p: d for p, d in tree.items() if p != "src/f0.py" and isinstance(d, bytes)}
        changed["src/f1.py"] = changed["src/f1.py"].replace(b"keep", b"kept by an attribute")
        return members_beside(dict(changed))

    hostile(job, make)
    assert job.run().code == 0
    assert_reviewed_with_context(job)
    assert "kept by an attribute" not in str(prompts(job))
    assert job.github.sent(CONTENT) == []


@faults("HA7")
def test_a_redirect_to_another_host_is_not_followed(job: Job) -> None:
    with LoopbackGitHub() as elsewhere:
        where = Response(302, headers={"Location": f"{elsewhere.url}/x"})
        job.github.fail(TARBALL, Instead(where), forever=True)
        finished = job.run()
        assert elsewhere.requests == []
    assert finished.code == 0
    assert_reviewed_with_context(job)
    assert "not on its own server" in finished.summary
    assert TOKEN not in finished.log


def test_a_model_with_tools_reads_and_searches_without_a_checkout(job: Job) -> None:
    answers: list[str] = []

    def ask_first(body: Body) -> str | ScriptedReply:
        last = body["messages"][-1]
        if last["role"] == "tool":
            answers.append(last["content"])
            return review_reply("src/f0.py")
        call = ("search", json.dumps({"pattern": "there"}))
        return ScriptedReply(None, "tool_calls", calls=(call,))

    job.github.add_pull(NUMBER, changes(1) | {"src/there.py": ("there = 1\n", "there = 1\n")})
    job.model.script = ask_first
    assert job.run(tools="on").code == 0
    assert "src/there.py:1: there = 1" in answers[0]
    assert job.github.sent(CONTENT) == []
