"""Reads programs row by row: which rows are comments of their own, and which are code.

A row ends where a line ends outside of literals and block comments. The patterns know only what
makes that certain. Whatever they do not know, such as a regular expression in JavaScript or an
apostrophe in a preprocessor's message, makes a text unreadable: the author of a change chooses it,
and a literal that is taken for code would hide what changes in it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from reviewer.changes import languages

_END = r"(?P<end>\n)"
_SLASHES = r"(?P<comment>//[^\n]*+|{block})"
# One that opens another one inside ends at different places in different languages.
_BLOCK = r"/\*(?:[^*/]|\*(?!/)|/(?!\*))*+\*/"
_STRING = r'"(?:[^"\\\n]|\\[^\n])*+"'
_CHARACTER = r"'(?:[^'\\\n]|\\[^\n])++'"
_TEXT_BLOCK = r'"""(?:[^"\\]|\\[\s\S]|"(?!""))*+"""'
_CODE = r"(?P<code>\w++|[ \t]++|/(?![/*])|[^\w\s'\"/\\`]++)"


def _read_like_c(
    *literals: str, block: str = _BLOCK, code: str = _CODE, also: str = ""
) -> re.Pattern[str]:
    """Return the pattern of a language with C's comments; `also` comes before the others."""
    comment = _SLASHES.format(block=block)
    literal = "(?P<literal>" + "|".join(literals) + ")"
    return re.compile("|".join(filter(None, (also, _END, comment, literal, code))))


def _read_formatted(quote: str, other: str, *, triple: bool) -> str:
    """Return the pattern of an f-string whose replacement fields leave no doubt where they end.

    Since Python 3.12, a field may hold any literal, even one with the quote of the whole.
    """
    close = quote * 3 if triple else quote
    line = "" if triple else r"\n"
    inner = f"{other}[^'\"{{}}#\\\\\\n]++{other}(?!{other})"
    replacement = f"\\{{(?:[^{{}}'\"#\\\\\\n]|{inner})++\\}}"
    quotes = f"|{quote}(?!{quote * 2})" if triple else ""
    plain = f"[^{quote}\\\\{{}}{line}]|\\\\[^{{}}N{line}]{quotes}"
    single = "" if triple else f"(?!{quote * 2})"
    return f"{close}{single}(?:{plain}|\\{{\\{{|\\}}\\}}|{replacement})*+{close}"


def _read_python() -> re.Pattern[str]:
    formatted = "|".join(
        _read_formatted(quote, other, triple=triple)
        for triple in (True, False)
        for quote, other in ("\"'", "'\"")
    )
    # An empty string is no beginning of a longer one that ends nowhere.
    single = (f"{quote}(?!{quote * 2})(?:[^{quote}\\\\\\n]|\\\\[^\\n])*+{quote}" for quote in "\"'")
    plain = "|".join((_TEXT_BLOCK, _TEXT_BLOCK.replace('"', "'"), *single))
    return re.compile(
        rf"{_END}|(?P<comment>#[^\n]*+)"
        rf"|(?P<literal>\w{{0,2}}[fFtT]\w{{0,2}}(?:{formatted})|[^\WfFtT]{{0,3}}(?:{plain}))"
        r"|(?P<code>\w++(?!['\"])|[ \t]++|\\\n|[^\w\s'\"#\\]++)"
    )


@dataclass(frozen=True, slots=True)
class _Language:
    """How a language is read.

    `pieces` matches one piece after the other. A text with `doubtful` in it is unreadable.
    `indents` says that indentation has a meaning.
    """

    pieces: re.Pattern[str]
    doubtful: re.Pattern[str]
    indents: bool = False


_C = _Language(
    # A backslash at the end of a line joins it with the next one.
    _read_like_c(_STRING, _CHARACTER, code=_CODE[:-1] + r"|\\[ \t]*\n)"),
    re.compile(
        r"^(?=[^\n]*//)[^\n]*\\[ \t]*$|\?\?/"
        r"|R(?:\\[ \t]*\n)*\"|[/*\\\"'](?:\\[ \t]*\n)",
        re.MULTILINE,
    ),
)
_JAVA = _Language(_read_like_c(_TEXT_BLOCK, _STRING, _CHARACTER), re.compile(r"\\u"))
_KOTLIN = _Language(
    _read_like_c(r'"""(?:[^"]|"(?!""))*+"""', _STRING, _CHARACTER, r"`[^`\n]*+`"),
    re.compile(r'\$\{|""""'),
)
_C_SHARP = _Language(_read_like_c(_STRING, _CHARACTER), re.compile(r'[@$]"|"""'))
_GO = _Language(
    _read_like_c(_STRING, _CHARACTER, r"`[^`]*+`"),
    # Comments above `import "C"` are code in C, and some comments say which line a line is.
    re.compile(r"\"C\"|`C`|//line |/\*line "),
)
_RUST = _Language(
    _read_like_c(
        r"b?'(?:\\[^\n][^'\n]*+|[^\\'\n])'",
        r'"(?:[^"\\]|\\[\s\S])*+"',
        # Comments of documentation hold the code of tests.
        block=r"(?!/\*[*!])" + _BLOCK,
        code=_CODE[:-1] + r"|'\w++(?!'))",
        also=r'(?P<raw>[bc]?r(?P<hashes>#*+)"[\s\S]*?"(?P=hashes)|(?=/\*[*!])' + _BLOCK + ")",
    ),
    # Before the edition of 2021, "c" is no prefix of a literal.
    re.compile(r'\bcr#*"'),
)
_JAVASCRIPT = _Language(
    _read_like_c(
        _STRING,
        r"'(?:[^'\\\n]|\\[^\n])*+'",
        r"`(?:[^`\\$]|\\[\s\S]|\$(?!\{)|\$\{[^{}`'\"/\\\n]*+\})*+`",
        # A slash that may begin a regular expression: one that ends has another slash.
        code=_CODE.replace("/(?![/*])", r"/(?![/*])(?=[^'\"/`\n]*+(?:\n|\Z))"),
    ),
    # Elements and their text, and comments of HTML.
    re.compile(r"<\s*/|/>|<!--|-->"),
)
_PYTHON = _Language(
    _read_python(),
    # An encoding can turn a comment into code, and a block of `# ///` holds dependencies.
    re.compile(
        r"\A(?:[^\n]*\n)?[^\n]*coding[:=][ \t]*+(?!utf-?8(?![-\w.]))|^[ \t]*# ///",
        re.IGNORECASE | re.MULTILINE,
    ),
    indents=True,
)
_LANGUAGES: Mapping[str, _Language] = {
    **dict.fromkeys(("py", "pyi"), _PYTHON),
    **dict.fromkeys(("c", "h", "cc", "hh", "cpp", "hpp", "cxx", "hxx"), _C),
    **dict.fromkeys(("js", "mjs", "cjs", "ts", "mts", "cts"), _JAVASCRIPT),
    "java": _JAVA,
    "kt": _KOTLIN,
    "cs": _C_SHARP,
    "go": _GO,
    "rs": _RUST,
}
_DEPTHS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a program; `text` has no line feed at its end.

    `comment` is the text of the only comment in it, "" where there is anything else. `depth` counts
    the brackets that are open after it. `last` is the last visible character that is no comment's.
    `outside` is its code outside of all brackets.
    """

    text: str
    comment: str
    depth: int
    last: str
    outside: str


def knows(path: str) -> bool:
    """Return True if files of this name can be read."""
    return languages.read_suffix(path) in _LANGUAGES


def indents(path: str) -> bool:
    """Return True if indentation has a meaning in a file of this name, or may have one."""
    known = _LANGUAGES.get(languages.read_suffix(path))
    return known is None or known.indents


def read(path: str, text: str) -> tuple[Row, ...] | None:
    """Return the rows of a program, None if its language or something in it is not known."""
    language = _LANGUAGES.get(languages.read_suffix(path))
    if language is None or language.doubtful.search(text):
        return None
    rows: list[Row] = []
    pieces: list[tuple[str, str]] = []
    outside = ""
    depth = at = 0
    while at < len(text):
        found = language.pieces.match(text, at)
        if found is None or found.lastgroup is None:
            return None
        kind, at = found.lastgroup, found.end()
        if kind == "end":
            rows.append(_make_row(pieces, depth, outside))
            pieces, outside = [], ""
            continue
        pieces.append((kind, found[0]))
        for character in found[0] if kind == "code" else "":
            depth += _DEPTHS.get(character, 0)
            outside += "" if depth else character
    return (*rows, *([_make_row(pieces, depth, outside)] if pieces else ()))


def _make_row(pieces: list[tuple[str, str]], depth: int, outside: str) -> Row:
    visible = [(kind, text) for kind, text in pieces if text.strip(" \t")]
    others = [text for kind, text in visible if kind != "comment"]
    alone = len(visible) == 1 and not others
    return Row(
        text="".join(text for _, text in pieces),
        comment=visible[0][1] if alone else "",
        depth=depth,
        last=others[-1].rstrip(" \t")[-1] if others else "",
        outside=outside,
    )
