"""Tells by their configuration which compilers and linters check a repository."""

import re
from collections.abc import Callable, Iterable

# Names of configuration files, in the root or in any folder, and what reads them.
_BY_NAME = {
    "Ruff": r"\.?ruff\.toml",
    "Flake8": r"\.flake8",
    "mypy": r"\.?mypy\.ini",
    "Pyright": r"pyrightconfig\.json",
    "Pylint": r"\.?pylintrc(\.toml)?",
    "ESLint": r"\.eslintrc(\.(js|cjs|json|ya?ml))?|eslint\.config\.([cm]?[jt]s)",
    "TypeScript": r"tsconfig(\.[\w-]+)?\.json",
    "Biome": r"biome\.jsonc?",
    "Standard": r"\.standard\.ya?ml",
    "golangci-lint": r"\.golangci\.(ya?ml|toml|json)",
    "Clippy": r"\.?clippy\.toml",
    "RuboCop": r"\.rubocop\.ya?ml",
    "PHPStan": r"phpstan(\.dist)?\.neon(\.dist)?",
    "Psalm": r"psalm\.xml(\.dist)?",
    "Checkstyle": r"checkstyle(-\w+)?\.xml",
    "clang-tidy": r"\.clang-tidy",
    "SwiftLint": r"\.swiftlint\.ya?ml",
    "detekt": r"detekt(-\w+)?\.ya?ml",
    "ShellCheck": r"\.shellcheckrc",
}
# Files that several tools share: what has to be in them.
_BY_TEXT = {
    "pyproject.toml": {
        "Ruff": r"^\[tool\.ruff",
        "mypy": r"^\[tool\.mypy",
        "Pyright": r"^\[tool\.(based)?pyright",
        "Pylint": r"^\[tool\.pylint",
    },
    "setup.cfg": {"Flake8": r"^\[flake8", "mypy": r"^\[mypy"},
    "tox.ini": {"Flake8": r"^\[flake8"},
    "package.json": {"ESLint": r'^\s*"eslintConfig"\s*:', "Standard": r'^\s*"standard"\s*:'},
}
# A compiler checks what is written in these languages.
_COMPILED = {"go.mod": "the Go compiler", "Cargo.toml": "the Rust compiler"}


def find(paths: Iterable[str], read: Callable[[str], str | None]) -> tuple[str, ...]:
    """Return the names of the tools whose configuration is among the files, sorted.

    `read` returns the text of a file, None where it is not at hand; it is called for a few files in
    the root only. The names are ours: nothing of the repository's text is returned.
    """
    found: set[str] = set()
    for path in paths:
        folder, _, name = path.rpartition("/")
        found.update(tool for tool, pattern in _BY_NAME.items() if re.fullmatch(pattern, name))
        if folder:
            continue
        if compiler := _COMPILED.get(name):
            found.add(compiler)
        if shared := _BY_TEXT.get(name):
            text = read(path) or ""
            found.update(
                tool for tool, line in shared.items() if re.search(line, text, re.MULTILINE)
            )
    return tuple(sorted(found))
