"""Which unchanged code a file is read with, whatever a request has room for."""

import pytest

from reviewer.changes.diff import ChangedFile
from reviewer.context.repository import shown_code
from reviewer.context.repository.repository_code import RepositorySearch
from reviewer.context.repository.shown_code import ShownCode
from tests import builders

USER_PATCH = "@@ -1,2 +1,3 @@\n import store\n \n+store.load_basket(1)\n"
USER = "import store\n\nstore.load_basket(1)\n"
STORE = "def load_basket(key):\n    return BASKETS[key]\n\n\ndef other():\n    pass\n"


def find(files: dict[str, str], *change: ChangedFile) -> tuple[ShownCode, ...]:
    """Return the code that the first file of a change is read with."""
    search = RepositorySearch(change, sorted(files.items()), files.get)
    found = shown_code.find(change[:1], change, search.find_places, files.get)
    return found[change[0].path]


def find_definition(store: str, *others: ChangedFile) -> ShownCode:
    files = {"src/user.py": USER, "src/store.py": store}
    (piece,) = find(files, builders.changed_file("src/user.py", USER_PATCH), *others)
    return piece


def test_the_definition_of_a_name_that_added_lines_use_is_shown_with_a_file() -> None:
    piece = find_definition(STORE)
    assert (piece.path, piece.name, piece.edited) == ("src/store.py", "load_basket", False)


@pytest.mark.parametrize(
    "same",
    [
        "LIMIT = 3\n\n\n" + STORE,
        STORE.replace("pass", "return 1"),
        STORE.replace("def other", "\n\n\ndef other"),
        STORE.replace("BASKETS[key]", "BASKETS[key]  "),
        STORE.split("\n\n\n", maxsplit=1)[0],
    ],
)
def test_what_is_around_a_definition_is_no_part_of_it(same: str) -> None:
    assert find_definition(same) == find_definition(STORE)


@pytest.mark.parametrize(
    "other",
    [
        STORE.replace("(key)", "(key, default)"),
        STORE.replace("BASKETS[key]", "BASKETS.get(key)"),
        STORE.replace("    return B", "    # Raises KeyError.\n    return B"),
        STORE.replace("    return BASKETS[key]\n", "    return None\n"),
    ],
)
def test_other_lines_of_a_definition_are_another_one(other: str) -> None:
    assert find_definition(other).content != find_definition(STORE).content


def test_brackets_that_end_its_parameters_do_not_end_a_definition() -> None:
    long = "def load_basket(\n    key,\n):\n    return {}\n"
    one, other = (find_definition(long.format(value)) for value in (1, 2))
    assert one.content != other.content


@pytest.mark.parametrize(
    ("patch", "edited"),
    [
        (
            "@@ -1,2 +1,2 @@\n def load_basket(key):\n-    return 1\n+    return BASKETS[key]\n",
            True,
        ),
        ("@@ -4,3 +4,3 @@\n \n def other():\n-    return 1\n+    pass\n", False),
        (
            "@@ -1,3 +1,2 @@\n def load_basket(key):\n-    check(key)\n     return BASKETS[key]\n",
            False,
        ),
    ],
    ids=["lines added to it", "lines added beside it", "lines removed from it"],
)
def test_a_definition_is_edited_if_the_change_adds_lines_to_it(patch: str, *, edited: bool) -> None:
    assert find_definition(STORE, builders.changed_file("src/store.py", patch)).edited is edited


def test_a_name_with_several_definitions_has_none_that_is_shown() -> None:
    files = {f"src/{name}.py": STORE for name in "abc"} | {"src/user.py": USER}
    assert find(files, builders.changed_file("src/user.py", USER_PATCH)) == ()


def test_a_test_is_read_with_the_lines_around_its_changes_alone() -> None:
    files = {"tests/test_user.py": USER, "tests/store.py": STORE}
    assert find(files, builders.changed_file("tests/test_user.py", USER_PATCH)) == ()


INSIDE = "@@ -4,3 +4,3 @@\n     two()\n-    three()\n+    four()\n     five()\n"
FUNCTION = (
    "import a\ndef work():\n    one()\n    two()\n    four()\n    five()\n    six()\n\nX = 1\n"
)


def find_around(text: str, patch: str = INSIDE, status: str = "modified") -> tuple[ShownCode, ...]:
    return find({"src/a.py": text}, builders.changed_file("src/a.py", patch, status=status))


def test_the_function_around_a_change_is_shown_with_it() -> None:
    (piece,) = find_around(FUNCTION)
    assert (piece.path, piece.name) == ("src/a.py", "")
    for same in (FUNCTION.replace("X = 1", "X = 2"), FUNCTION.replace("import a", "import b")):
        assert find_around(same) == (piece,)
    for other in (FUNCTION.replace("one()", "1"), FUNCTION.replace("work():", "work(x):")):
        assert find_around(other) != (piece,)


def test_lines_that_moved_are_the_same_around_a_change() -> None:
    moved = INSIDE.replace("-4,3 +4,3", "-7,3 +7,3")
    assert find_around("\n\n\n" + FUNCTION, moved) == find_around(FUNCTION)


def test_of_a_long_function_its_first_lines_are_compared() -> None:
    long = FUNCTION.replace("    six()\n", "    six()\n" * 200)
    assert find_around(long) == find_around(long.replace("    six()\n\n", "    end()\n\n"))
    assert find_around(long) != find_around(long.replace("work():", "work(x):"))


def test_a_new_file_has_nothing_around_its_lines() -> None:
    assert find_around(FUNCTION, "@@ -0,0 +1,2 @@\n+def work():\n+    pass\n", "added") == ()


def test_a_file_that_is_not_at_hand_has_nothing_around_its_changes() -> None:
    assert find({}, builders.changed_file("src/a.py", INSIDE)) == ()


def test_the_code_shown_with_one_file_is_limited() -> None:
    names = [f"load_{n:03}" for n in range(200)]
    store = "".join(f"def {name}():\n    pass\n" for name in names)
    calls = "".join(f"+{name}()\n" for name in names)
    files = {"src/user.py": "import store\n", "src/store.py": store}
    found = find(
        files,
        builders.changed_file(
            "src/user.py", f"@@ -1 +1,{1 + len(names)} @@\n import store\n{calls}"
        ),
    )
    assert [piece.name for piece in found] == names[: shown_code.PIECES]
