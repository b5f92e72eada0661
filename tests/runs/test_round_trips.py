"""Which requests wait for which: a review is made after three round trips to GitHub."""

import threading
from collections.abc import Iterator, Mapping, Sequence

import pytest

from reviewer.comments import summary
from reviewer.config.repository.file_places import LEARNINGS_FILE, REPOSITORY_FILE
from reviewer.events.activity import ReviewPullRequest
from tests.faults import faults
from tests.loopback import failures
from tests.loopback.failures import Around, Pass
from tests.loopback.github import LoopbackGitHub
from tests.loopback.held_requests import PATIENCE, wait_for
from tests.loopback.messages import Request, Response
from tests.loopback.model import Body
from tests.runs.job import NUMBER, Job, prompted_path, review_reply

FILES = {f"src/part_{n}.py": (f"old = {n}\n", f"new = {n}\n") for n in range(10)}
SETTINGS = {REPOSITORY_FILE: ("max-findings: 20\n",) * 2}
GUIDELINES = {"AGENTS.md": ("Write tests.\n",) * 2, "src/AGENTS.md": ("Use cents.\n",) * 2}
PLACES = "query Places"
QUERY, FILES_LIST, COMMENT = "query Snapshot", "list of files", "POST comment"
BASE_TREE, HEAD_TREE, ADDRESS, ARCHIVE = "base tree", "head tree", "archive address", "archive"
Rounds = Sequence[Sequence[str]]
FIRST = (QUERY, FILES_LIST)
SECOND = (QUERY, HEAD_TREE, ADDRESS)


class GitHubInRounds(LoopbackGitHub):
    """Answers no request of a round before all of them have come.

    So none of them can wait for the answer to another one. `late` holds what came in no round.
    """

    rounds: Rounds = ()

    def __init__(self) -> None:
        super().__init__()
        self.came: list[str] = []
        self.late: list[str] = []
        self._missing: list[list[str]] = []
        self._changed = threading.Condition()

    def expect(self, rounds: Rounds) -> None:
        """Take these rounds to come next; later requests are answered at once."""
        self.came, self.late = [], []
        self._missing = [list(each) for each in rounds]

    def answer(self, request: Request) -> Response:
        with self._changed:
            name = self._name(request)
            self.came.append(name)
            own = next((each for each in self._missing if each), [])
            if name in own:
                own.remove(name)
                self._changed.notify_all()
                assert self._changed.wait_for(lambda: not own, PATIENCE), f"{own} never came"
            else:
                self.late.append(name)
        return super().answer(request)

    def _name(self, request: Request) -> str:
        path, pull = request.path, self.repository.pulls[NUMBER]
        names = {
            f"trees/{pull.base_sha}": BASE_TREE,
            f"trees/{pull.head_sha}": HEAD_TREE,
            "/files": FILES_LIST,
            "/tarball/": ADDRESS,
            "/_codeload/": ARCHIVE,
            f"issues/{NUMBER}/comments": COMMENT,
            "/compare/": "comparison",
            "/permission": "permission",
            "issues/comments/": f"{request.method} comment",
        }
        if "/contents/" in path:
            return f"contents {path.partition('/contents/')[2]}"
        if path.endswith("graphql"):
            return " ".join(str(request.json_object()["query"]).split()[:2]).partition("(")[0]
        return next((name for part, name in names.items() if part in path), request.line)


@pytest.fixture
def github() -> Iterator[GitHubInRounds]:
    with GitHubInRounds() as server:
        server.warm()
        yield server
    assert (server.contract_errors, server.crashes) == ([], [])


def open_pull(job: Job, *more: Mapping[str, tuple[str, str]]) -> None:
    """Open a pull request of ten files, on a base that has more of them; the event names both."""
    job.github.add_pull(NUMBER, FILES | {k: v for each in more for k, v in each.items()})
    job.model.script = lambda body: review_reply(prompted_path(body))
    job.inputs |= {"guidelines": "AGENTS.md", "tools": "auto", "context-window": "128000"}
    name_commits(job)


def name_commits(job: Job, base_sha: str = "", head_sha: str = "") -> None:
    """Have the next event name the commits of this moment, if not others."""
    pull = job.github.repository.pulls[NUMBER]
    base_sha, head_sha = base_sha or pull.base_sha, head_sha or pull.head_sha
    job.wanted = ReviewPullRequest(NUMBER, base_sha=base_sha, head_sha=head_sha)


def review(job: Job, github: GitHubInRounds, rounds: Rounds) -> set[str]:
    """Review in these rounds; return what else was sent before the model was asked."""
    before: list[list[str]] = []

    def script(body: Body) -> str:
        before.append(list(github.late))
        return review_reply(prompted_path(body))

    job.model.script = script
    github.expect(rounds)
    done = job.run(requested=False)
    assert done.code == 0, done.log
    assert "Reviewed 10 of 10" in github.bodies[0]
    return set(before[0])


def test_a_first_review_takes_three_round_trips(job: Job, github: GitHubInRounds) -> None:
    open_pull(job, SETTINGS, GUIDELINES)
    third = (COMMENT, ARCHIVE, "contents AGENTS.md", "contents src/AGENTS.md")
    # Beside the requests to the model, another run's comment is looked for.
    assert review(job, github, (FIRST, (*SECOND, BASE_TREE), third)) <= {QUERY}
    assert len(github.came) == 14


def test_learnings_take_no_request_of_their_own(job: Job, github: GitHubInRounds) -> None:
    open_pull(job, SETTINGS, GUIDELINES, {LEARNINGS_FILE: ("- text: Use cents.\n",) * 2})
    third = (COMMENT, ARCHIVE, "contents AGENTS.md", "contents src/AGENTS.md")
    assert review(job, github, (FIRST, (*SECOND, BASE_TREE), third)) <= {QUERY}
    assert len(github.came) == 14
    assert "1 learning of this repository given to the model" in github.bodies[0]


def test_without_settings_and_guidelines_it_takes_no_fewer_and_no_more(
    job: Job, github: GitHubInRounds
) -> None:
    open_pull(job, {".github/ci.yml": ("on: push\n",) * 2})
    assert review(job, github, (FIRST, (*SECOND, BASE_TREE), (COMMENT, ARCHIVE))) <= {QUERY}


def test_a_review_after_a_push_takes_three_round_trips(job: Job, github: GitHubInRounds) -> None:
    open_pull(job, SETTINGS)
    job.run()
    github.push(NUMBER, {path: f"{new}more = 3\n" for path, (_, new) in FILES.items()})
    name_commits(job)
    second = (*SECOND, BASE_TREE)
    assert review(job, github, (FIRST, second, ("PATCH comment", ARCHIVE))) == set()


def test_the_rights_of_people_in_threads_are_read_beside_the_announcement(
    job: Job, github: GitHubInRounds
) -> None:
    open_pull(job, SETTINGS)
    github.repository.pulls[NUMBER].fork = True
    github.thread("src/part_0.py", 1, "Why?", author="somebody")
    third = (COMMENT, ARCHIVE, "permission")
    assert review(job, github, (FIRST, (*SECOND, BASE_TREE), third)) <= {QUERY}


def test_an_event_without_commits_takes_two_round_trips_more(
    job: Job, github: GitHubInRounds
) -> None:
    open_pull(job, SETTINGS)
    job.wanted = ReviewPullRequest(NUMBER)
    before = ((QUERY,), (f"contents {REPOSITORY_FILE}", PLACES), (FILES_LIST,))
    rounds = (*before, (*SECOND, BASE_TREE), (COMMENT, ARCHIVE))
    assert review(job, github, rounds) <= {QUERY}


@faults("DF14", "CF10")
@pytest.mark.parametrize("named", ["base", "head"])
def test_commits_that_are_no_longer_those_of_the_event_are_read_again(
    job: Job, github: GitHubInRounds, named: str
) -> None:
    open_pull(job, SETTINGS)
    name_commits(job, **{f"{named}_sha": "a" * 40})
    read = {"base": ((f"contents {REPOSITORY_FILE}", PLACES),), "head": ()}[named]
    rounds = (FIRST, *read, (FILES_LIST,), (*SECOND, BASE_TREE), (COMMENT, ARCHIVE))
    assert review(job, github, rounds) <= {QUERY}


def test_of_a_list_that_is_of_no_use_no_second_page_is_read(job: Job) -> None:
    job.github.add_pull(NUMBER, {f"f{number}.py": (None, "new = 2\n") for number in range(150)})
    name_commits(job, head_sha="a" * 40)
    finished = job.run(batching="change", requested=False)
    assert finished.code == 0, finished.log
    assert len(job.github.sent(r"/files\?.*page=2\b.*")) == 1


def test_a_run_whose_review_is_up_to_date_sends_two_requests(
    job: Job, github: GitHubInRounds
) -> None:
    open_pull(job, SETTINGS)
    job.run()
    github.expect((FIRST,))
    job.run()
    assert sorted(github.came) == sorted(FIRST)


def test_a_review_that_is_up_to_date_reads_one_page_of_a_long_list(job: Job) -> None:
    job.github.add_pull(NUMBER, {f"f{number}.py": (None, "new = 2\n") for number in range(100)})
    name_commits(job)
    job.run(batching="change")
    full = len(job.github.sent(r"/files\?"))
    job.run(batching="change", requested=False)
    assert (full, len(job.github.sent(r"/files\?"))) == (2, 3)


def test_a_run_that_skips_the_pull_request_sends_two_requests(
    job: Job, github: GitHubInRounds
) -> None:
    open_pull(job, SETTINGS)
    github.repository.pulls[NUMBER].labels.append("later")
    github.expect((FIRST,))
    job.run(skip_labels="later")
    assert sorted(github.came) == sorted(FIRST)


@faults("DF14")
def test_a_head_that_moves_beside_the_reads_is_noticed_before_anything_is_written(
    job: Job,
    github: GitHubInRounds,
) -> None:
    def push() -> None:
        github.push(NUMBER, {path: f"{new}more = 3\n" for path, (_, new) in FILES.items()})

    open_pull(job, SETTINGS)
    github.fail("graphql", Pass(), Around(before=push))
    assert job.run().code == 0
    # The early list is that of the head that the event names.
    assert github.late.count(FILES_LIST) == 2
    assert github.late.count(COMMENT) == 1
    asked = [str(body["messages"]) for body in job.model.bodies if prompted_path(body)]
    assert len(asked) == 10
    assert all("more = 3" in text for text in asked)


@faults("GH9")
def test_a_token_that_may_not_comment_asks_no_model_although_all_is_read(
    job: Job, github: GitHubInRounds
) -> None:
    open_pull(job, SETTINGS, GUIDELINES)
    body = {"message": "Resource not accessible by integration"}
    github.fail("POST .*/comments", failures.status(403, body), forever=True)
    assert job.run().code == 2
    assert not job.model.sent("POST")


@faults("CF10")
def test_the_settings_that_come_with_the_first_query_are_those_of_the_base(
    job: Job, github: GitHubInRounds
) -> None:
    texts = ("exclude: [src/part_9.py]\n", "exclude: [src/*]\n")
    open_pull(job, {REPOSITORY_FILE: texts})
    github.expect((FIRST,))
    assert job.run().code == 0
    base_sha = github.repository.pulls[NUMBER].base_sha
    assert not github.sent(f"GET .*/contents/.*{base_sha}")
    asked = {prompted_path(body) for body in job.model.bodies}
    assert asked >= {f"src/part_{n}.py" for n in range(9)}
    assert "src/part_9.py" not in asked


def test_an_announcement_of_another_run_is_found_while_the_model_is_asked(
    job: Job, github: GitHubInRounds
) -> None:
    open_pull(job, SETTINGS)
    other = summary.placeholder("default", "The review of another is under way.")

    def script(body: Body) -> str:
        wait_for(lambda: any("#issuecomment-" in body for body in github.bodies))
        return review_reply(prompted_path(body))

    job.model.script = script
    github.fail("POST .*/comments", Around(after=lambda: github.comment(other)))
    assert job.run().code == 0
    assert len(github.bodies) == 2
    assert "Reviewed 10 of 10" in github.bodies[0]
