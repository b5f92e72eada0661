"""Which tools check a repository, as its files show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.context import linters


def find(files: dict[str, str]) -> tuple[str, ...]:
    return linters.find(files, files.get)


@pytest.mark.parametrize(
    ("path", "tool"),
    [
        (".eslintrc.json", "ESLint"),
        ("web/eslint.config.mjs", "ESLint"),
        ("tsconfig.build.json", "TypeScript"),
        ("ruff.toml", "Ruff"),
        (".golangci.yml", "golangci-lint"),
        ("go.mod", "the Go compiler"),
        ("Cargo.toml", "the Rust compiler"),
        (".rubocop.yml", "RuboCop"),
        ("phpstan.neon.dist", "PHPStan"),
        (".clang-tidy", "clang-tidy"),
    ],
)
def test_a_configuration_file_names_its_tool(path: str, tool: str) -> None:
    assert find({path: "", "src/app.py": ""}) == (tool,)


def test_a_shared_file_names_those_that_it_configures() -> None:
    text = "[tool.ruff.lint]\n[tool.mypy]\n# [tool.pylint]\n"
    assert find({"pyproject.toml": text}) == ("Ruff", "mypy")
    assert find({"package.json": '{\n  "eslintConfig": {}\n}'}) == ("ESLint",)


def test_only_a_shared_file_in_the_root_is_read() -> None:
    assert find({"fixtures/pyproject.toml": "[tool.ruff]\n", "vendor/go.mod": ""}) == ()


def test_a_file_that_is_not_at_hand_names_nothing() -> None:
    assert linters.find(["pyproject.toml", "setup.cfg"], lambda _: None) == ()


@given(st.dictionaries(st.text(max_size=30), st.text(max_size=50), max_size=8))
def test_nothing_of_the_repository_is_repeated(files: dict[str, str]) -> None:
    ours = {*linters._BY_NAME, *linters._COMPILED.values()}  # noqa: SLF001 - the closed set
    assert set(find(files)) <= ours
