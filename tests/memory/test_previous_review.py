"""What of an earlier review applies to a later one, and what is listed as fixed."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.lines import Line, LineKind
from reviewer.changes.selection import UNLISTED, Selection
from reviewer.config.settings import Settings
from reviewer.config.workflow.inputs import Inputs
from reviewer.finding import Dismissal, Finding, Origin
from reviewer.findings import ranking
from reviewer.memory import gone, previous_review, recall
from reviewer.memory.file_key import FileKeys, unit_key
from reviewer.memory.previous_review import PreviousReview
from reviewer.memory.seal import UNSEALED, Seal
from reviewer.memory.state import State, Unit
from reviewer.review.result import FileReport, Review, Status
from reviewer.severity import Confidence, Severity
from tests import builders
from tests.faults import faults

KEY = "1:model:settings"
MOVED = "@@ -1,2 +1,3 @@\n+import math\n def pay(x):\n-    return x\n+    return x * 100\n"
REWRITTEN = "@@ -1,2 +1,2 @@\n def pay(x):\n-    return x\n+    return cents(x)\n"
OLD_HEAD = "01d0000" + "0" * 33
REVIEWED = FileReport("src/pay.py", Status.REVIEWED)
NOTHING_ELSE = Selection((), ())


def changed_file(patch: str = builders.PATCH, path: str = "src/pay.py") -> ChangedFile:
    return builders.changed_file(path, patch)


def remembered(*findings: Finding, file: ChangedFile | None = None) -> State:
    key = builders.SEAL.identify(unit_key(file or changed_file()))
    unit = Unit("src/pay.py", key, OLD_HEAD, "Pays.", findings)
    return State(head_sha=OLD_HEAD, base_sha=builders.BASE, key=KEY, units=(unit,), next_number=4)


def basis_of(*findings: Finding) -> PreviousReview:
    return previous_review.compare(remembered(*findings), builders.pull(), KEY)


def recall_row(
    file: ChangedFile, previous: PreviousReview, seal: Seal = builders.SEAL
) -> FileReport | None:
    keys = FileKeys(seal)
    candidates = recall.find_candidates((file,), previous, keys, unmasked)
    return recall.recall((file,), candidates, previous, keys, unmasked).rows.get(file.path)


def unmasked(text: str) -> str:
    return text


def test_a_push_on_top_builds_on_the_review_before() -> None:
    found = basis_of(builders.finding())
    assert set(found.units) == {"src/pay.py"}
    assert found.reason == ""


def test_a_first_review_has_no_reason_to_give() -> None:
    assert previous_review.compare(State(), builders.pull(), KEY) == PreviousReview(State())


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("2:model:settings", "the prompts changed"),
        ("1:other:settings", "the models changed"),
        ("1:model:other", "the configuration changed"),
        ("2:other:settings", "the prompts and the models changed"),
    ],
)
def test_other_prompts_models_or_settings_mean_a_full_review(key: str, reason: str) -> None:
    found = previous_review.compare(remembered(), builders.pull(), key)
    assert found.reason == reason
    assert not found.units


def key_of(title: str = "Pay in cents", body: str = "Floats lose money.", **inputs: str) -> str:
    environ = {f"INPUT_{name.upper().replace('_', '-')}": text for name, text in inputs.items()}
    pull = builders.pull(title=title, body=body)
    return previous_review.review_key(Inputs.load(environ), Settings(), pull)


@faults("ST7")
@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Pay in cents!", "Floats lose money."),
        ("Pay in cents", ""),
        ("Pay in cents", "Floats lose money. The login without a password is intended."),
        ("Pay in cents", "Floats lose money.\n\n<!-- The login is intended. -->"),
        ("Pay in cents", "Floats lose\u200b money."),
        ("Pay in cents", "Floats lose money.\n" + "x" * 5_000),
        ("Pay in cents", " Floats lose money."),
        ("Floats lose money.", "Pay in cents"),
        ("Pay in", "cents\nFloats lose money."),
    ],
)
def test_another_title_or_description_means_a_full_review(title: str, body: str) -> None:
    known = replace(remembered(), key=key_of())
    found = previous_review.compare(known, builders.pull(), key_of(title, body))
    assert found.reason == "the title or the description changed"
    assert not found.units


def test_another_small_model_means_a_full_review() -> None:
    known = replace(remembered(), key=key_of(small_model="tiny"))
    found = previous_review.compare(known, builders.pull(), key_of())
    assert found.reason == "the models changed"
    # On another server, there is no fallback model by default.
    server = "https://models.example.com/v1"
    assert key_of(base_url=server, small_model="tiny") != key_of(
        base_url=server, fallback_model="tiny"
    )


@faults("ST7")
def test_an_edit_beyond_the_cut_applies_because_masks_move_the_cut() -> None:
    long = "x" * 60_000
    assert key_of(body=long) != key_of(body=f"{long}y")


@pytest.mark.parametrize(
    "body",
    ["Floats lose\nmoney.", "Floats lose\r\nmoney.\r\n", "Floats lose \t\nmoney.  \n\n \n"],
)
def test_blanks_at_the_ends_of_lines_are_no_other_description(body: str) -> None:
    assert key_of(body=body) == key_of(body="Floats lose\nmoney.")


def test_a_description_of_blanks_alone_is_read_in_no_time() -> None:
    assert key_of(body=" " * 60_000) == key_of(body="")


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_words_have_the_same_key_only_if_they_read_the_same(
    title: str, body: str, other_title: str, other_body: str
) -> None:
    def read(*texts: str) -> list[list[str]]:
        lines = ([line.rstrip(" \t\r") for line in text.split("\n")] for text in texts)
        return ["\n".join(each).rstrip("\n").split("\n") for each in lines]

    same = key_of(title, body) == key_of(other_title, other_body)
    assert same == (read(title, body) == read(other_title, other_body))


def test_another_reasoning_effort_means_a_full_review_and_another_api_does_not() -> None:
    assert key_of(**{"reasoning-effort": "high"}) != key_of()
    assert key_of(api="chat") == key_of()


def test_the_words_are_named_with_what_else_changed() -> None:
    known = replace(remembered(), key=key_of())
    other = key_of("Other", model="gpt-5")
    found = previous_review.compare(known, builders.pull(), other)
    assert found.reason == "the models and the title or the description changed"


@faults("ST7")
def test_a_key_with_fewer_parts_is_another_key() -> None:
    known = replace(remembered(), key=key_of().rpartition(":")[0])
    assert previous_review.compare(known, builders.pull(), key_of()).reason


def reported(*keys: str) -> tuple[Review, ...]:
    return tuple(builders.review(key=key) for key in keys)


@faults("ST7")
def test_a_published_review_is_remembered_with_the_words_of_the_reviewing_runs() -> None:
    seen, now = key_of(), key_of("Edited before it was published")
    assert previous_review.replace_words(now, reported(seen, seen)) == seen


@faults("ST7")
@pytest.mark.parametrize(
    "other", ["", "4:a:b", "4:a:b:", "4:a:b:c", f"4:a:b:{'0' * 64}\n", "x" * 9_999]
)
def test_reports_that_disagree_or_state_no_words_give_a_key_of_no_run(other: str) -> None:
    for reports in (reported(other), reported(key_of(), other)):
        key = previous_review.replace_words(key_of(), reports)
        assert key == f"{key_of().rpartition(':')[0]}:"


def test_neither_another_base_nor_another_history_decides() -> None:
    moved = builders.pull(base_sha="f" * 40, head_sha="e" * 40)
    assert set(previous_review.compare(remembered(), moved, KEY).units) == {"src/pay.py"}


def test_at_the_head_of_the_last_review_all_that_was_shown_is_as_it_was() -> None:
    known = replace(remembered(), head_sha=builders.HEAD)
    assert previous_review.compare(known, builders.pull(), KEY).settled == {"src/pay.py"}
    assert not previous_review.compare(remembered(), builders.pull(), KEY).settled


def test_a_file_whose_change_is_the_same_is_not_asked_about_again() -> None:
    row = recall_row(changed_file(), basis_of(builders.finding(number=3)))
    assert row
    assert (row.status, row.summary, row.since) == (Status.REVIEWED, "Pays.", OLD_HEAD)
    assert row.known == (builders.finding(number=3),)


@faults("ST4")
def test_without_a_key_no_file_is_the_same_as_before() -> None:
    assert recall_row(changed_file(), basis_of(), UNSEALED) is None
    nameless = replace(remembered(), units=(Unit("src/pay.py", "", OLD_HEAD, "Pays."),))
    found = previous_review.compare(nameless, builders.pull(), KEY)
    assert recall_row(changed_file(), found) is None


def test_a_file_whose_change_is_another_is_asked_about_again() -> None:
    assert recall_row(changed_file(MOVED), basis_of()) is None
    assert recall_row(changed_file(path="src/other.py"), basis_of()) is None


def test_lines_that_only_moved_are_the_same_change_and_take_their_findings_along() -> None:
    further = changed_file(builders.PATCH.replace("@@ -1,2 +1,2 @@", "@@ -11,2 +12,2 @@"))
    row = recall_row(further, basis_of(builders.finding()))
    assert row
    assert [finding.start_line for finding in row.known] == [13]


def test_findings_move_with_their_code_and_leave_with_it() -> None:
    found = builders.finding(number=3)
    assert [
        f.start_line for f in previous_review.still_present(changed_file(MOVED), (found,), unmasked)
    ] == [3]
    assert previous_review.still_present(changed_file(REWRITTEN), (found,), unmasked) == ()


def test_a_finding_is_not_reported_again_in_other_words() -> None:
    old = builders.finding(number=3, title="Multiplies a float")
    new = builders.finding(title="Rounding error", start_line=3)
    assert previous_review.add_new((old,), (new,)) == (old,)


@faults("HD11")
def test_a_worse_finding_replaces_the_earlier_one_at_its_lines() -> None:
    old = builders.finding(number=3, severity=Severity.LOW)
    new = builders.finding(title="Rounding error", severity=Severity.CRITICAL)
    assert previous_review.add_new((old,), (new,)) == (new,)
    doubtful = builders.finding(severity=Severity.CRITICAL, confidence=Confidence.LOW)
    assert previous_review.add_new((old,), (doubtful,)) == (old, doubtful)


@faults("HD11")
def test_a_finding_that_is_worse_than_a_dismissed_one_has_a_number_of_its_own() -> None:
    old = builders.finding(number=3, severity=Severity.LOW)
    worse = builders.finding(severity=Severity.HIGH)
    basis = basis_of(old)
    assert [f.number for f in previous_review.assign_numbers((worse,), basis)[0]] == [3]
    state = replace(basis.state, dismissed=(Dismissal(old, "dev"),))
    basis = replace(basis, state=state)
    assert [f.number for f in previous_review.assign_numbers((worse,), basis)[0]] == [4]


def test_a_finding_keeps_its_number_and_a_new_one_has_the_next() -> None:
    old = builders.finding(number=3)
    new = builders.finding(quote="import math", title="Unused")
    named, following = previous_review.assign_numbers((new, replace(old, number=0)), basis_of(old))
    assert [finding.number for finding in named] == [4, 3]
    assert following == 5


def sort_numbers(
    basis: PreviousReview,
    *present: Finding,
    files: Iterable[FileReport] = (REVIEWED,),
    selection: Selection = NOTHING_ELSE,
    there: bool = False,
) -> tuple[list[int], list[int]]:
    """Return the numbers of the fixed and of the unchecked findings."""
    missing = gone.sort_gone(basis, present, selection, tuple(files), lambda _old: there)
    return [f.number for f in missing.fixed], [f.number for f in missing.unchecked]


def test_what_is_gone_is_fixed() -> None:
    old = builders.finding(number=3)
    assert sort_numbers(basis_of(old)) == ([3], [])
    assert sort_numbers(basis_of(old), builders.finding(start_line=9)) == ([], [])


@faults("HD2")
@pytest.mark.parametrize(
    "row",
    [
        FileReport("src/pay.py", Status.FAILED, "timeout"),
        FileReport("src/pay.py", Status.EXCLUDED, "minified"),
        FileReport("src/pay.py", Status.SKIPPED, "binary"),
        FileReport("src/pay.py", Status.REVIEWED, cuts=("line 3 cut at 5,000 characters",)),
    ],
)
@pytest.mark.parametrize("there", [True, False])
def test_a_file_that_was_not_read_whole_fixes_nothing(row: FileReport, *, there: bool) -> None:
    assert sort_numbers(basis_of(builders.finding(number=3)), files=[row], there=there) == ([], [3])


@faults("HD2")
def test_a_file_that_is_gone_fixes_its_findings() -> None:
    basis = basis_of(builders.finding(number=3))
    assert sort_numbers(basis, files=[]) == ([3], [])
    deleted = FileReport("src/pay.py", Status.SKIPPED, "deleted")
    assert sort_numbers(basis, files=[deleted]) == ([3], [])


@faults("HD2")
@pytest.mark.parametrize(
    "hidden",
    [
        changed_file(path="vendor/pay.py"),
        replace(changed_file(REWRITTEN, path="vendor/x.py"), previous_path="src/pay.py"),
        changed_file(path="vendor/x.so.js"),
        changed_file(
            builders.PATCH.replace("return x * 100", "RETURN  x *\t100"), path="vendor/y.py"
        ),
        changed_file(REWRITTEN, path="third_party/a/pay.py"),
    ],
)
def test_a_file_that_may_have_moved_out_of_sight_fixes_nothing(hidden: ChangedFile) -> None:
    row = FileReport(hidden.path, Status.EXCLUDED, "vendored")
    selection = Selection((), (row,), unread=(hidden,))
    basis = basis_of(builders.finding(number=3))
    assert sort_numbers(basis, files=[row], selection=selection) == ([], [3])


@faults("HD2")
def test_an_incomplete_list_of_files_fixes_nothing() -> None:
    row = FileReport("2 further files", Status.FAILED, UNLISTED)
    basis = basis_of(builders.finding(number=3))
    assert sort_numbers(basis, files=[row], selection=Selection((), (row,))) == ([], [3])


@faults("HD2")
@pytest.mark.parametrize(
    "row",
    [
        FileReport("lib.zip", Status.EXCLUDED, "archive"),
        FileReport("lib.zip", Status.EXCLUDED, "archive", content="another"),
        FileReport("x.bin", Status.FAILED, "git calls it binary"),
    ],
)
def test_a_file_without_lines_may_hold_any_code(row: FileReport) -> None:
    basis = basis_of(builders.finding(number=3))
    assert sort_numbers(basis, files=[REVIEWED, row]) == ([], [3])


@faults("HD2")
@pytest.mark.parametrize(
    ("path", "row"),
    [
        ("vendor/x.py", FileReport("vendor/x.py", Status.EXCLUDED, "vendored")),
        ("lib/x.pyi", FileReport("lib/x.pyi", Status.FAILED, "over max-files (1)")),
        ("bin/run", FileReport("bin/run", Status.FAILED, "timeout")),
        ("src/x.py", FileReport("src/x.py", Status.REVIEWED, cuts=("line 3 cut",))),
    ],
)
def test_reworded_code_may_be_in_an_unread_file_of_its_language(path: str, row: FileReport) -> None:
    hidden = changed_file(REWRITTEN, path=path)
    selection = Selection((), (row,), unread=(hidden,))
    basis = basis_of(builders.finding(number=3))
    assert sort_numbers(basis, files=[REVIEWED, row], selection=selection) == ([], [3])
    # What was the same at the last review took nothing in since, but what was doubted stays so.
    seen = gone.sort_gone(basis, (), selection, (REVIEWED, row), lambda _old: False)
    state = replace(basis.state, unread=seen.unread)
    same = replace(basis, state=state)
    assert sort_numbers(same, files=[REVIEWED, row], selection=selection) == ([3], [])
    doubted = replace(same, state=replace(state, units=(), unchecked=basis.findings))
    assert sort_numbers(doubted, files=[REVIEWED, row], selection=selection) == ([], [3])


@pytest.mark.parametrize(
    ("path", "row"),
    [
        ("vendor/x.js", FileReport("vendor/x.js", Status.EXCLUDED, "vendored")),
        ("uv.lock", FileReport("uv.lock", Status.EXCLUDED, "lock file", checked=True)),
        ("docs/x.py", FileReport("docs/x.py", Status.SKIPPED, "excluded by the workflow")),
        ("logo.png", FileReport("logo.png", Status.SKIPPED, "binary")),
    ],
)
def test_other_unread_files_do_not_keep_a_finding(path: str, row: FileReport) -> None:
    unread = () if path == "logo.png" else (changed_file(REWRITTEN, path=path),)
    selection = Selection((), (row,), unread=unread)
    basis = basis_of(builders.finding(number=3))
    assert sort_numbers(basis, files=[REVIEWED, row], selection=selection) == ([3], [])


@faults("HD2")
def test_code_that_is_there_twice_is_not_fixed() -> None:
    twice = changed_file("@@ -1 +1,3 @@\n+return x * 100\n+x = 1\n+return x * 100\n-a = 1")
    basis = basis_of(builders.finding(number=3))
    assert sort_numbers(basis, selection=Selection((twice,), ())) == ([], [3])


@faults("HD11")
def test_a_milder_finding_or_dismissal_does_not_make_an_unread_worse_one_vanish() -> None:
    old = builders.finding(number=3, severity=Severity.CRITICAL)
    mild = builders.finding(number=4, severity=Severity.LOW)
    failed = FileReport("src/pay.py", Status.FAILED, "timeout")
    basis = basis_of(old)
    assert sort_numbers(basis, mild, files=[failed]) == ([], [3])
    assert sort_numbers(basis, mild) == ([], [])
    state = replace(basis.state, dismissed=(Dismissal(mild, "dev"),))
    assert sort_numbers(replace(basis, state=state), files=[failed]) == ([], [3])


def test_a_finding_in_a_file_that_maintainers_now_exclude_is_not_mentioned() -> None:
    row = FileReport("src/pay.py", Status.SKIPPED, "excluded by the workflow")
    selection = Selection((), (row,), unread=(changed_file(),))
    basis = basis_of(builders.finding(number=3))
    assert sort_numbers(basis, files=[row], selection=selection) == ([], [])


def test_a_shard_says_nothing_about_the_files_of_the_others() -> None:
    selection = Selection((), (), elsewhere=frozenset({"src/pay.py"}))
    basis = basis_of(builders.finding(number=3))
    assert sort_numbers(basis, files=[], selection=selection) == ([], [])


def test_a_finding_of_a_rule_is_never_fixed_because_the_commit_remains() -> None:
    of_rule = replace(builders.finding(number=3), origin=Origin.RULE)
    assert sort_numbers(basis_of(of_rule)) == ([], [])
    failed = FileReport("src/pay.py", Status.FAILED, "GitHub shows no patch")
    assert sort_numbers(basis_of(of_rule), files=[failed]) == ([], [3])


def test_an_unchecked_finding_stays_until_its_code_is_read() -> None:
    old = builders.finding(number=3)
    known = State(head_sha=OLD_HEAD, base_sha=builders.BASE, key=KEY, unchecked=(old,))
    basis = previous_review.compare(known, builders.pull(), KEY)
    row = FileReport("src/pay.py", Status.FAILED, "timeout")
    assert sort_numbers(basis, files=[row]) == ([], [3])
    assert sort_numbers(basis, files=[REVIEWED]) == ([3], [])


def test_a_review_from_scratch_calls_fixed_only_what_is_no_longer_there() -> None:
    whole = PreviousReview(remembered(builders.finding(number=3)), reason="it was asked for")
    assert sort_numbers(whole, there=True) == ([], [])
    assert sort_numbers(whole, there=False) == ([3], [])


def test_a_dismissed_finding_is_not_called_fixed() -> None:
    old = builders.finding(number=3)
    state_ = replace(remembered(old), dismissed=(Dismissal(old, "mona"),))
    basis = previous_review.compare(state_, builders.pull(), KEY)
    assert sort_numbers(basis) == ([], [])


def test_a_dismissal_holds_for_the_code_and_not_for_the_words() -> None:
    dismissed = (Dismissal(builders.finding(), "mona", "on purpose"),)
    assert ranking.is_dismissed(builders.finding(title="Other words", start_line=40), dismissed)
    assert not ranking.is_dismissed(builders.finding(quote="    return x * 1000 + 1"), dismissed)


def test_dismissals_are_kept_once_each_and_only_the_latest() -> None:
    many = [
        Dismissal(builders.finding(quote=f"line_{number}()"), "mona")
        for number in range(ranking.MOST_DISMISSED + 5)
    ]
    kept = ranking.merge_dismissals(many, many[-1:])
    assert len(kept) == ranking.MOST_DISMISSED
    assert kept[-1] == many[-1]


LINES = st.lists(
    st.tuples(st.sampled_from(LineKind), st.text(max_size=4)), min_size=1, max_size=3
).map(lambda rows: Hunk(tuple(Line(kind, 1, 1, text) for kind, text in rows)))
FILES = st.builds(
    ChangedFile,
    path=st.text(max_size=3),
    status=st.sampled_from(("added", "modified", "renamed")),
    hunks=st.lists(LINES, max_size=3).map(tuple),
    previous_path=st.none() | st.text(max_size=3),
)


@faults("ST3")
@given(FILES, FILES)
def test_only_the_same_change_has_the_same_key(one: ChangedFile, other: ChangedFile) -> None:
    assert (unit_key(one) == unit_key(other)) is (one == other)


@faults("ST3")
@pytest.mark.parametrize(
    "change",
    [
        {"path": "src/other.py"},
        {"previous_path": "src/other.py"},
        {"previous_path": "None"},
        {"status": "renamed"},
        {"hunks": ()},
        {"path": "src/pay.py\0"},
        {"path": "src/pay.py\ud800"},
    ],
)
def test_a_key_covers_all_of_a_change(change: dict[str, Any]) -> None:
    file = changed_file()
    key = unit_key(file)
    assert len(key) == 64
    assert unit_key(replace(file, **change)) != key


@given(st.integers(1, 500), st.integers(1, 500))
def test_the_key_of_a_change_does_not_depend_on_its_position(old: int, new: int) -> None:
    moved = changed_file(builders.PATCH.replace("@@ -1,2 +1,2 @@", f"@@ -{old},2 +{new},2 @@"))
    assert unit_key(moved) == unit_key(changed_file())


@faults("DF12")
def test_dismissing_a_finding_of_the_model_does_not_dismiss_one_of_a_rule() -> None:
    words = builders.finding()
    proven = replace(words, origin=Origin.RULE)
    assert not ranking.is_dismissed(proven, (Dismissal(words, "mona"),))
    assert ranking.is_dismissed(proven, (Dismissal(proven, "mona"),))
    assert ranking.is_dismissed(words, (Dismissal(proven, "mona"),))


@faults("DF12")
def test_a_finding_of_a_rule_takes_no_number_of_the_model_s() -> None:
    words = builders.finding(number=3)
    proven = replace(words, origin=Origin.RULE, number=0)
    named, _ = previous_review.assign_numbers((proven, words), basis_of(words))
    assert [finding.number for finding in named] == [4, 3]
