"""Distinguishes a comment that is prose from one that a tool may execute.

There is no list of what all tools read in comments, so prose is what is recognised: words between
ordinary punctuation, without the words that direct tools. Everything else is code.
"""

import re
from collections.abc import Iterator

# The beginning of each line, and of a comment; what follows a marker directly belongs to a tool.
_LINE = re.compile(r"(?:#|//)(?: ([^\n]*))?")
_BLOCK = re.compile(r"/\*\*?(\s[\s\S]*?)?\*/")
_STAR = re.compile(r"[ \t]*(?:\*(?=[ \t]|$))?[ \t]*")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9./_-]+")
# Besides letters and digits.
_PUNCTUATION = frozenset(" .,;:!?'()-/_&`\t")
_FEWEST_WORDS = 3
# A colon after fewer words may make them the name of a setting.
_WORDS_BEFORE_COLON = 3
_SETTING = re.compile(r":\S|\w\(|;\s*$|\b[A-Z]+_[A-Z_]+\b|^[-.]*$")
_TOOLS = re.compile(
    # What directs tools.
    r"\b(?:ignor|disabl|enabl|suppress|skip|exclud|generated|expect|format|lint|do not edit"
    r"|don't edit|region|endregion|fall-?\s?s?thr(?:ough|u)|falls? thr(?:ough|u)|no-?cover"
    r"|notreached|argsused|global|exported|pragma|directive|encoding|coding|language|syntax|escape"
    r"|spdx|licen[cs]e|output|unordered|want|doctest|type|typed)"
    r"|\b(?:off|nocheck|check)\b|\bno(?:qa|sec|lint|sonar|pmd|inspection|cov|verify|warn|type)\w*"
    # Tools.
    r"|(?:es|js|ts|kt|py|swift|yaml|markdown|golangci-|rubo|shell|style|clang|cpp)[-_]?(?:lint|hint"
    r"|check|cop|format|tidy)|pylint|mypy|pyright|ruff|isort|black\b|yapf|flake|bandit|pytype|pyre"
    r"|cython|nuitka|distutils|setuptools|prettier|istanbul|\bc8\b|\bv8\b|webpack|vite|rollup"
    r"|\bflow\b|jest|babel|deno|terser|closure|clang|gcc|gcov|lcov|coverity|iwyu|uncrustify|detekt"
    r"|sonar|checkstyle|spotless|resharper|rustfmt|clippy|codeql|semgrep|snyk|trivy|gitleaks|cspell"
    r"|codespell|vim?:|emacs|jupytext|codecov|swagger|kubebuilder|cgo",
    re.IGNORECASE,
)


def is_plain(comment: str) -> bool:
    """Return True if every line of a comment is prose, or empty."""
    lines = list(_read_lines(comment))
    return bool(lines) and all(map(_is_prose, lines))


def _read_lines(comment: str) -> Iterator[str]:
    """Yield the text of each line of a comment, nothing for one with an unusual marker."""
    if line := _LINE.fullmatch(comment):
        yield line[1] or ""
    elif block := _BLOCK.fullmatch(comment):
        for part in (block[1] or "").split("\n"):
            yield _STAR.sub("", part, count=1)


def _is_prose(line: str) -> bool:
    text = _ADDRESS.sub("", line).strip(" \t")
    if not text:
        # An address alone says nothing to a tool that is known.
        return True
    if not all(each.isalnum() or each in _PUNCTUATION for each in text):
        return False
    if _SETTING.search(text) or _TOOLS.search(text):
        return False
    before, colon, _ = text.partition(":")
    words = len(text.split())
    if colon and len(before.split()) < _WORDS_BEFORE_COLON:
        return False
    return words >= _FEWEST_WORDS or text[-1] in ".!?"
