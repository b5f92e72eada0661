"""Finds problems without a model: secrets, hidden characters, look-alikes, declared encodings."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from reviewer.changes import languages
from reviewer.changes.diff import ChangedFile
from reviewer.changes.lines import Line, LineKind
from reviewer.finding import Finding
from reviewer.findings import confusables
from reviewer.findings.confusables import LookAlike
from reviewer.redaction.scan import PRIVATE_KEY, Redaction, Secret, line_for_prompt
from reviewer.severity import Severity
from reviewer.text import invisible, truncate

MOST_PER_FILE = 10
"""Findings of one rule in one file; the last one counts the others."""
_LISTED_CHARACTERS = 5
# Characters of the name that an identifier looks like.
_LONGEST_NAME = 60
_FEWEST_DISTINCT_CHARACTERS = 4

# What documentation and tests write in place of a password.
_PLACEHOLDERS = frozenset(
    {"abc123", "admin", "changeme", "dummy", "fake", "foo", "guest", "hunter2", "letmein"}
    | {"mypassword", "mysecret", "pass", "passwd", "password", "postgres", "pw", "pwd", "redacted"}
    | {"root", "sample", "secret", "test", "testing", "token", "user", "xyz", "xyzzy"}
    | {"your-password", "your_password", "yourpassword"}
)
_EXAMPLE_HOST = re.compile(
    r"@(?:localhost|127\.0\.0\.1|\[::1\]|host|hostname|(?:[a-z0-9-]+\.)*example(?:\.[a-z]+)?)"
    r"(?![a-z0-9.-])",
    re.IGNORECASE,
)

# Where Python and Ruby look for a comment, and where the heads of XML and HTML are.
_LAST_COMMENT = 2
_LAST_DECLARATION = 30
_COMMENT_DECLARES = frozenset({"py", "pyw", "pyi", "pyx", "rb", ""})
_COMMENT = re.compile(r"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_DECLARATION = re.compile(
    r"<\?xml\b[^>]*\bencoding\s*=\s*[\"']([-\w.:]+)|<meta\b[^>]*\bcharset\s*=\s*[\"']?([-\w.:]+)"
    r"|^@charset\s+[\"']([-\w.:]+)|\bdeclare\s*\(\s*encoding\s*=\s*[\"']([-\w.:]+)"
    r"|^\s*use\s+encoding\s+[\"']([-\w.:]+)",
    re.IGNORECASE,
)
# Encodings in which the bytes of ASCII are ASCII.
_LIKE_ASCII = re.compile(
    r"(utf[-_]?8|us[-_]?ascii|ascii|latin[-_]?[0-9]{1,2}|iso[-_]?latin[-_]?1|iso[-_]?8859[-_][0-9]{1,2}"
    r"|l1|8bit|binary|windows[-_]?(125[0-8]|874|31j)|cp(125[0-8]|437|737|775|85[0-9]|86[0-9]|874|932"
    r"|936|949|950)|koi8[-_][rtu]|mac[-_]?(roman|cyrillic|greek|turkish|latin2)|euc[-_](jp|kr|cn|tw)"
    r"|gbk|gb2312|gb18030|big5([-_]hkscs)?|shift[-_]?jis|sjis|tis[-_]?620)"
    r"([-_](sig|bom|unix|dos|mac))?",
    re.IGNORECASE,
)
_UNLIKE_ASCII = re.compile(
    r"(utf[-_]?(7|16|32)|u[78]|unicode|ucs[-_]?[24]|rot[-_]?13|(raw[-_])?unicode[-_]escape|hz|iso[-_]?2022"
    r"|punycode|idna|quopri|base64|hex|zlib|bz2|uu|cp(037|273|424|500|875|1026|1140)|ebcdic|ibm[0-9])"
    r"[-\w.]*",
    re.IGNORECASE,
)


def find(file: ChangedFile, redaction: Redaction) -> tuple[Finding, ...]:
    """Return the findings in the lines of a file, at most MOST_PER_FILE for each rule.

    Quotes are lines as a prompt shows them, so `redaction` must be that of the prompts, made from
    the whole change. No finding contains the value of a secret.
    """
    added = tuple(line for line in file.changed_lines if line.kind is LineKind.ADDED)
    return (
        *keep_first(tuple(_find_secrets(file.path, added, redaction))),
        *keep_first(tuple(_find_invisible(file.path, added, redaction))),
        *keep_first(tuple(_find_look_alikes(file, added, redaction))),
        *_find_encodings(file, redaction),
    )


@dataclass(frozen=True, slots=True)
class _FindingText:
    """The text of a finding about one line."""

    severity: Severity
    title: str
    body: str


def _find_secrets(path: str, lines: Iterable[Line], redaction: Redaction) -> Iterator[Finding]:
    blocks: set[int] = set()
    # All lines of a key look the same once masked; the header makes the quote unique.
    header: Line | None = None
    for line in lines:
        shown = line_for_prompt(line)
        found = [s for s in redaction.find_secrets(shown) if not _is_placeholder(s, shown)]
        kinds = {s.kind: None for s in found if s.kind != PRIVATE_KEY}
        keys = {redaction.number_of(s) for s in found if s.kind == PRIVATE_KEY} - blocks
        if keys:
            blocks |= keys
            kinds[PRIVATE_KEY] = None
        if kinds:
            names = ", ".join(kind.replace("-", " ") for kind in kinds)
            finding = _make_finding(path, line, _describe_secret(names), redaction.mask(shown))
            yield _extend_to_header(finding, header) if keys else finding
        header = line if "PRIVATE KEY" in line.text and not found else None


def _extend_to_header(finding: Finding, header: Line | None) -> Finding:
    """Extend a finding about a private key by the line above, if that is the key's header."""
    if header is None or header.new != finding.start_line - 1:
        return finding
    quote = f"{line_for_prompt(header)}\n{finding.quote}"
    candidate = replace(finding.candidate, quote=quote)
    return replace(finding, candidate=candidate, start_line=finding.start_line - 1)


def _describe_secret(names: str) -> _FindingText:
    body = (
        f"This line seems to hold a secret ({names}). Everyone who can read the repository or its"
        " history can use it. Revoke it at its issuer and keep a new one in a secret store."
        " Removing the line is not enough, because the commit remains. The value was not shown to"
        " the model and is not repeated here."
    )
    return _FindingText(Severity.HIGH, f"Possible secret: {names}", body)


def _is_placeholder(secret: Secret, line: str) -> bool:
    """Return True if a value is only an example; it is masked, but not reported."""
    value = secret.value.casefold()
    if "example" in value or len(set(value[-16:])) < _FEWEST_DISTINCT_CHARACTERS:
        return True
    return secret.kind == "url-password" and (
        value in _PLACEHOLDERS or bool(_EXAMPLE_HOST.match(line, secret.end))
    )


def _find_invisible(path: str, lines: Iterable[Line], redaction: Redaction) -> Iterator[Finding]:
    for line in lines:
        # Some editors begin a file with a byte order mark.
        text = line.text.removeprefix("\ufeff") if line.new == 1 else line.text
        if hidden := invisible.find_suspicious(text):
            skipped = len(line.text) - len(text)
            message = _describe_invisible([(place + skipped + 1, char) for place, char in hidden])
            yield _make_finding(path, line, message, redaction.mask(line_for_prompt(line)))


def _describe_invisible(hidden: Sequence[tuple[int, str]]) -> _FindingText:
    reordering = any(char in invisible.REORDERING for _, char in hidden)
    names = [
        f"U+{ord(char):04X} ({unicodedata.name(char, 'unnamed').lower()}) in column {column}"
        for column, char in hidden[:_LISTED_CHARACTERS]
    ]
    if more := len(hidden) - len(names):
        names.append(f"{more} more")
    effect = (
        "They display the line in another order than the one in which it is executed."
        if reordering
        else "They can make two texts differ that look the same, or hide text from readers."
    )
    body = f"This line holds characters that a reader cannot see: {', '.join(names)}. {effect}"
    body += " Remove them, or write them as escape sequences if they are intended."
    severity = Severity.HIGH if reordering else Severity.MEDIUM
    what = "Bidirectional control" if reordering else "Invisible"
    return _FindingText(severity, f"{what} characters", body)


def _find_look_alikes(
    file: ChangedFile, lines: Iterable[Line], redaction: Redaction
) -> Iterator[Finding]:
    @cache
    def known() -> frozenset[str]:
        return confusables.skeletons(line.text for hunk in file.hunks for line in hunk.lines)

    for line in lines:
        if line.text.isascii():
            continue
        if alikes := confusables.find(line.text, lambda name: name in known()):
            quote = redaction.mask(line_for_prompt(line))
            # A name that is not in the quote is part of a secret.
            shown = [redaction.mask(each.look) for each in alikes if each.name in quote]
            yield _make_finding(file.path, line, _describe_look_alikes(alikes, shown), quote)


def _describe_look_alikes(alikes: Sequence[LookAlike], shown: Sequence[str]) -> _FindingText:
    letters = [letter for alike in alikes for letter in alike.letters]
    told = [
        f"U+{ord(char):04X} ({unicodedata.name(char, 'unnamed').lower()}) in column {place + 1},"
        f" like `{look}`"
        for place, char, look in letters[:_LISTED_CHARACTERS]
    ]
    if more := len(letters) - len(told):
        told.append(f"{more} more")
    names = [truncate.shorten(name, _LONGEST_NAME) for name in shown[:_LISTED_CHARACTERS]]
    named = " and ".join(f"`{name}`" for name in names)
    reads = f" A reader takes it for {named}." if named else ""
    body = (
        "This line holds letters that look like ASCII letters and are not:"
        f" {'; '.join(told)}.{reads} Two names that look the same can be different ones. Write"
        " ASCII letters instead, or choose a name that cannot be confused."
    )
    return _FindingText(Severity.MEDIUM, "Look-alike letters", body)


def _find_encodings(file: ChangedFile, redaction: Redaction) -> Iterator[Finding]:
    """Yield a finding for each line with which a file declares an encoding that is unlike ASCII.

    A line that the change only shows is one too: it decides what the added ones mean.
    """
    for line in (line for hunk in file.hunks for line in hunk.lines if line.new):
        name = _read_encoding(file.path, line.text, line.new or 0)
        if name and not _LIKE_ASCII.fullmatch(name):
            body = (
                f"This line says that the text is in the encoding `{name}`, in which it can mean"
                " something else than what people and the model read. Store the file as UTF-8."
            )
            text = _FindingText(Severity.HIGH, "An encoding that hides what the text says", body)
            yield _make_finding(file.path, line, text, redaction.mask(line_for_prompt(line)))


def _read_encoding(path: str, text: str, number: int) -> str:
    """Return the encoding that a line declares, "" for none.

    In the languages that read a comment as a declaration, any name counts: Python looks it up among
    its installed packages. In others only a known one, because the comment may say anything.
    """
    if number > _LAST_DECLARATION or ("cod" not in text.lower() and "charset" not in text.lower()):
        return ""
    if found := _DECLARATION.search(text):
        return str(found[found.lastindex or 0])
    comment = _COMMENT.match(text) if number <= _LAST_COMMENT else None
    if comment is None:
        return ""
    is_read = languages.read_suffix(path) in _COMMENT_DECLARES
    return comment[1] if is_read or _UNLIKE_ASCII.fullmatch(comment[1]) else ""


def _make_finding(path: str, line: Line, text: _FindingText, quote: str) -> Finding:
    return Finding.of_rule(
        path,
        line.new or 0,
        quote=quote,
        severity=text.severity,
        title=text.title,
        body=text.body,
    )


def keep_first(
    found: Sequence[Finding], *, more: int = 0, one: str = "line", many: str = "lines"
) -> tuple[Finding, ...]:
    """Return the first MOST_PER_FILE findings; the last counts the others and `more`, in words."""
    more += max(0, len(found) - MOST_PER_FILE)
    if not more:
        return tuple(found)
    last = found[min(MOST_PER_FILE, len(found)) - 1]
    others = f"{one} of this file has" if more == 1 else f"{many} of this file have"
    candidate = replace(last.candidate, body=f"{last.body} {more} more {others} the same.")
    return (*found[: MOST_PER_FILE - 1], replace(last, candidate=candidate))
