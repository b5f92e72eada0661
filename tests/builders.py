"""Values for tests, with a default for everything a test does not care about."""

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from reviewer.changes import diff
from reviewer.changes.diff import ChangedFile
from reviewer.finding import Candidate, Finding, Side
from reviewer.memory.seal import Seal
from reviewer.pull_request import (
    Comment,
    Conversation,
    ListedFile,
    PullRequest,
    PullState,
    Snapshot,
)
from reviewer.review.result import FileReport, Overview, Review, Status, Withheld
from reviewer.review.spending import Spent
from reviewer.severity import Confidence, Severity

HEAD = "abc1234" + "0" * 33
BASE = "ba5e000" + "0" * 33
SEAL = Seal.of("a secret of the repository", "octo/shop", 7, "default")
"""The seal of the runs on the pull request that `pull` makes."""
PATCH = "@@ -1,2 +1,2 @@\n def pay(x):\n-    return x\n+    return x * 100\n"
OWN_MEMBERS = {field.name for field in fields(Finding)}


def pull(
    *,
    number: int = 7,
    title: str = "Pay in cents",
    body: str = "Floats lose money.",
    author: str = "mona",
    base_sha: str = BASE,
    head_sha: str = HEAD,
    from_fork: bool = False,
    draft: bool = False,
    state: PullState = PullState.OPEN,
    changed_files: int = 1,
    labels: tuple[str, ...] = (),
    association: str = "CONTRIBUTOR",
    head_repository: str = "octo/shop",
) -> PullRequest:
    return PullRequest(
        number=number,
        title=title,
        body=body,
        author=author,
        base_ref="main",
        base_sha=base_sha,
        head_sha=head_sha,
        from_fork=from_fork,
        draft=draft,
        state=state,
        changed_files=changed_files,
        labels=labels,
        association=association,
        head_repository=head_repository,
    )


def comment(id: int, body: str, *, mine: bool = True) -> Comment:  # noqa: A002
    return Comment(id, body, f"https://github.com/o/r/pull/7#issuecomment-{id}", mine)


def snapshot(*comments: Comment, of: PullRequest | None = None) -> Snapshot:
    return Snapshot(of or pull(), Conversation(comments))


def row(
    path: str = "src/pay.py",
    patch: str | None = PATCH,
    *,
    status: str = "modified",
    previous_path: str | None = None,
) -> ListedFile:
    text = patch or ""
    return ListedFile(
        path=path,
        status=status,
        additions=text.count("\n+"),
        deletions=text.count("\n-"),
        patch=patch,
        previous_path=previous_path,
    )


def changed_file(
    path: str = "src/pay.py",
    patch: str = PATCH,
    *,
    status: str = "modified",
    previous_path: str | None = None,
) -> ChangedFile:
    file = diff.parse(row(path, patch, status=status, previous_path=previous_path))
    assert isinstance(file, ChangedFile)
    return file


def candidate(
    *,
    path: str = "src/pay.py",
    start_line: int = 2,
    end_line: int = 2,
    quote: str = "    return x * 100",
    severity: Severity = Severity.HIGH,
    confidence: Confidence = Confidence.HIGH,
    title: str = "Multiplies a float",
    body: str = "pay(0.29) returns 28.999999999999996.",
) -> Candidate:
    return Candidate(
        path=path,
        start_line=start_line,
        end_line=end_line,
        quote=quote,
        severity=severity,
        confidence=confidence,
        category="logic",
        title=title,
        body=body,
    )


def finding(
    *,
    path: str = "src/pay.py",
    start_line: int = 2,
    end_line: int = 2,
    side: Side = Side.NEW,
    quote: str = "    return x * 100",
    severity: Severity = Severity.HIGH,
    confidence: Confidence = Confidence.HIGH,
    title: str = "Multiplies a float",
    body: str = "pay(0.29) returns 28.999999999999996.",
    number: int = 0,
) -> Finding:
    made = candidate(
        path=path,
        start_line=start_line,
        end_line=end_line,
        quote=quote,
        severity=severity,
        confidence=confidence,
        title=title,
        body=body,
    )
    return Finding(made, start_line, end_line, side, number)


def revise(finding: Finding, **members: Any) -> Finding:  # noqa: ANN401 - of any type
    """Replace members of a finding, or of its candidate."""
    own = {name: members.pop(name) for name in OWN_MEMBERS & members.keys()}
    return replace(finding, candidate=replace(finding.candidate, **members), **own)


def file_report(
    path: str = "src/pay.py", *findings: Finding, summary: str = "Pays in cents."
) -> FileReport:
    return FileReport(path, Status.REVIEWED, summary=summary, findings=findings)


def review(
    *findings: Finding,
    files: tuple[FileReport, ...] | None = None,
    overview: Overview | None = None,
    withheld: Withheld | None = None,
    notes: tuple[str, ...] = (),
    spent: Spent | None = None,
    key: str = "key",
) -> Review:
    return Review(
        head_sha=HEAD,
        base_sha=BASE,
        overview=overview or Overview("Payments are counted in cents."),
        findings=findings,
        files=files if files is not None else (file_report("src/pay.py", *findings),),
        withheld=withheld or Withheld(),
        spent=spent or Spent(1, 1200, 80, Decimal("0.0016"), ("gpt-6.1-terra",)),
        notes=notes,
        key=key,
    )
