"""Which guideline files are found, and which of them a request shows."""

import pytest

from reviewer.changes.diff import ChangedFile
from reviewer.changes.selection import Selection
from reviewer.context import guideline_files, guidelines
from reviewer.context.guidelines import Guideline, Guidelines
from reviewer.llm.batch_request import TeamRules
from tests import builders
from tests.fakes import FakeForge
from tests.faults import faults

SETTING = ("AGENTS.md", "docs/style.md", "**/.cursor/rules/**/*.mdc")


def find(
    contents: dict[str, str],
    *changed: str,
    setting: tuple[str, ...] = SETTING,
    listed_whole: bool = True,
) -> Guidelines:
    forge = FakeForge(
        contents={path: text.encode() for path, text in contents.items()},
        listed_whole=listed_whole,
    )
    files = tuple(ChangedFile(path, "modified", ()) for path in changed)
    return guideline_files.find(forge, setting, builders.pull(), Selection(files, ()), str)


def test_guidelines_of_folders_without_changes_are_not_found() -> None:
    found = find({"AGENTS.md": "A", "b/AGENTS.md": "B", "c/AGENTS.md": "C"}, "b/d/e.py").found
    assert [each.path for each in found] == ["b/AGENTS.md", "AGENTS.md"]


def test_a_folder_whose_name_only_begins_alike_has_other_guidelines() -> None:
    found = find({"src/AGENTS.md": "A"}, "src/a.py", "srcs/b.py").found
    assert [each.applies_to("srcs/b.py") for each in found] == [False]


def test_a_setting_with_a_folder_applies_to_every_file() -> None:
    (found,) = find({"docs/style.md": "A", "src/docs/style.md": "B"}, "src/a.py").found
    assert (found.path, found.folder, found.about) == ("docs/style.md", "", "")


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("docs", "docs/a/style.md"),
        ("docs/", "x/docs/style.md"),
        ("/AGENTS.md", "AGENTS.md"),
        ("**/AGENTS.md", "AGENTS.md"),
        ("/docs/**", "docs/a/style.md"),
        ("*.rule", "a/b.rule"),
        ("[ab].md", "b.md"),
        ("rules/?", "rules/a"),
        (r"a\ b.md", "a b.md"),
    ],
)
def test_any_gitignore_pattern_finds_guidelines(pattern: str, path: str) -> None:
    (found,) = find({path: "A"}, path, setting=(pattern,)).found
    assert found.path == path
    assert find({path: "A"}, "a.py", setting=(pattern, f"!{path}")).found == ()


def test_globs_of_a_nested_rule_are_relative_to_its_folder() -> None:
    rule = "---\nglobs: src/*.ts\n---\nNo any."
    (found,) = find({"web/.cursor/rules/a/b.mdc": rule}, "web/src/a.ts").found
    assert found.about == "the files below web that match src/*.ts"
    assert [found.applies_to(path) for path in ("web/src/b.ts", "src/b.ts")] == [True, False]


def test_rules_for_files_that_do_not_change_are_left_out() -> None:
    assert find({".cursor/rules/b.mdc": "---\nglobs: *.ts\n---\nNo any."}, "a.py").found == ()


def test_files_with_the_same_text_about_the_same_files_are_shown_once() -> None:
    texts = {"AGENTS.md": "A", "docs/style.md": "A", "src/AGENTS.md": "A"}
    found = find(texts, "src/a.py").found
    assert [each.path for each in found] == ["src/AGENTS.md", "AGENTS.md"]


def test_an_incomplete_list_of_files_is_reported() -> None:
    found = find({"AGENTS.md": "A"}, "a.py", listed_whole=False)
    assert len(found.found) == 1
    assert "GitHub lists only some" in found.problems[0]


@faults("SE11")
@pytest.mark.parametrize("number", [1, 40])
def test_edited_guidelines_are_named(number: int) -> None:
    changed = [f"d{n}/AGENTS.md" for n in range(number)]
    (note,) = find({}, "src/a.py", *changed).notes
    assert "d0/AGENTS.md" in note
    assert note.endswith("d0/AGENTS.md" if number == 1 else "and 30 more")


@faults("SE11")
def test_guidelines_that_are_renamed_away_are_named() -> None:
    moved = ChangedFile("docs/old.md", "renamed", (), previous_path="AGENTS.md")
    found = guideline_files.find(
        FakeForge(), SETTING, builders.pull(), Selection((moved,), ()), str
    )
    assert found.notes[0].endswith(": AGENTS.md")


def test_the_nearest_guidelines_are_shown_first_and_what_is_cut_is_named_once_for_the_run() -> None:
    line = "Count money in cents.\n"
    near = Guideline("src/AGENTS.md", line * 20, "src")
    far = Guideline("AGENTS.md", (line * 40).strip())
    known = Guidelines((near, far))
    shown, cuts = known.select(["src/a.py"], 1_000)
    assert [each.path for each in shown] == ["src/AGENTS.md", "AGENTS.md"]
    assert (shown[0], shown[1].text.count("\n")) == (near, 22)
    assert cuts == [f"AGENTS.md, all but the first {len(shown[1].text)} characters"]
    assert known.select(["src/a.py"], 500) == ((near,), ["AGENTS.md"])
    assert known.select(["b.py"], 2_000) == ((far,), [])
    before = known.details
    known.record(cuts)
    known.record(cuts)
    known.record(["AGENTS.md"])
    after = known.details
    assert (len(before), len(after)) == (0, 1)
    assert after[0].count("AGENTS.md") == 2


@faults("TR1")
@pytest.mark.parametrize("room", [0, 1, 499, 500, 600, 5_000, 100_000])
def test_no_more_is_shown_than_there_is_room(room: int) -> None:
    found = [Guideline(f"{'d/' * n}AGENTS.md", "x" * 900 + "\nyy " * 99) for n in range(30)]
    shown, cuts = Guidelines(tuple(found)).select(["a.py"], room)
    assert sum(len(each.path) + len(each.text) for each in shown) <= room
    assert len(shown) + sum("all but" not in cut for cut in cuts) == 30


@faults("DF12")
def test_a_secret_at_the_cut_is_masked_before() -> None:
    text = "x" * (guidelines.LONGEST - 5) + "SECRET-KEY"
    forge = FakeForge(contents={"AGENTS.md": text.encode()})
    chosen = Selection((ChangedFile("a.py", "modified", ()),), ())
    (found,) = guideline_files.find(
        forge, SETTING, builders.pull(), chosen, lambda text: text.replace("SECRET-KEY", "[MASKED]")
    ).found
    assert "SECRET" not in found.text
    assert found.cut


@pytest.mark.parametrize(
    ("rule", "known"),
    [
        ("src/AGENTS.md: Count in cents.", True),
        ("AGENTS.md, Count in cents.", True),
        ("Count in cents.", False),
        ("CLAUDE.md: Count in cents.", False),
    ],
)
def test_a_rule_is_known_by_the_file_that_it_names(rule: str, *, known: bool) -> None:
    rules = TeamRules(guidelines=(Guideline("src/AGENTS.md", "Count in cents."),))
    assert rules.names(rule) is known
