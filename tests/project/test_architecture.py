"""ARCHITECTURE.md: the files that it names exist, and its map says what the packages say."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
FOLDERS = "reviewer|tests|container|docs|scripts"


def rows(mark: str) -> list[list[str]]:
    """Return the cells of each row of the table between two marks, without its heading."""
    table = PAGE.split(f"<!-- {mark}:begin -->\n")[1].split(f"<!-- {mark}:end -->")[0]
    return [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]


def docstrings() -> dict[str, str]:
    """Map each package to the docstring of its `__init__`."""
    files = (ROOT / "reviewer").glob("*/**/__init__.py")
    return {
        f"{file.parent.relative_to(ROOT)}/": ast.get_docstring(ast.parse(file.read_text("utf-8")))
        or ""
        for file in files
    }


def test_the_map_lists_every_package_with_its_docstring() -> None:
    listed = {package.strip("`"): line for package, line in rows("packages")}

    assert listed == docstrings()
    assert len(rows("packages")) == len(listed)


def test_every_change_names_one_file_that_exists() -> None:
    named = [(change, re.findall(r"`([\w./]+)`", place)) for change, place in rows("files")]

    assert len(named) >= 15
    assert [change for change, files in named if len(files) != 1] == []
    assert [file for _, (file,) in named if not (ROOT / file).is_file()] == []


def test_every_path_of_the_page_exists() -> None:
    paths = re.findall(rf"`((?:{FOLDERS})/[\w./-]*)`", PAGE)

    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_path_of_the_picture_exists() -> None:
    picture = PAGE.split("## The story of a run")[1].split("```")[1]
    paths = re.findall(r"\b[a-z_/]+(?:\.py\b|/(?!\S))", picture.replace(",", " "))

    assert len(paths) >= 15
    assert [path for path in paths if not (ROOT / "reviewer" / path).exists()] == []
