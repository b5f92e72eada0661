"""The words of each language that is parsed, and JSON values that no schema expects."""

from collections.abc import Mapping

ODD_VALUES: tuple[object, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, -(10**30), 0.5, 1e308, "", " ", "\n", "0",
    "1", "-1", "1e999", "NaN", "Infinity", "1_000", "\x00", "\ud800", "\u202e", "@a", "x" * 5_000,
    [], {}, [None], [[]], [{}], {"": None}, "refs/pull/7/merge", "ghost", "Bot", "OWNER", "NONE",
    "/review", "/ask why?", "/ignore F1 no", "<!-- code-review-action", "critical", "low", "new",
)  # fmt: skip

_JSON = r"""
    { } [ ] : , " \ \" \u0000 \ud800 \udc00 \n null true false 0 -1 1 1.5 1e400 -0 NaN Infinity
    "" "·" "0" "-1" "1E+999999" "NaN" "1_000" "9/8" "@a" "ghost" "NONE" "/review"
    "critical" "low" "new" "model" "OWNER" "Bot" "opened" "\ud800"
    {"a":1} [[[[[[[[
    {"a":{"a":{"a": "": "a": 1234567890123456789012345678901234567890
    """
_DIFF = r"""
    @@·-1,2·+1,2·@@ @@·-1·+1·@@ @@·-0,0·+1,2·@@ @@·-3,2·+2,0·@@ @@·-1,2·+1,3·@@·def·f():
    @@·-5,1·+9,1·@@ @@ · - + \ · · -- ++ ---·a/x +++·b/x \·No·newline·at·end·of·file -a +a ·a
    Subproject·commit·0123456789012345678901234567890123456789 def·f(): return·x a b 12
    """
_GIT = r"""
    diff·--git·a/x·b/x diff·--git·"a/\303\251"·"b/\303\251" diff·--git·a/a·b·b/a·b rename·from·a
    rename·to·b copy·from·a copy·to·b new·file·mode·100644 deleted·file·mode·100644 old·mode·100644
    new·mode·100755 ---·/dev/null +++·/dev/null ---·a/x +++·b/x Binary·files·a/x·and·b/x·differ
    GIT·binary·patch index·1111111..2222222·100644 \303 \t " \" \\ similarity·index·100%
    """
_MARKDOWN = r"""
    @a @org/team ![a](http://x) [t](https://x) <img·src=x> <!--·code-review-action --> &#64; &amp;
    ` `` ``` ~~~ ```suggestion ```mermaid $ $$ \ | |-| - * ** _ 1. # ## > >> [x] [^1] ( ) fixes·#1
    /approve bors·r+ GH-12 https://x.co www.x.co <script> </p> <details> \[ \` word a
    """
_YAML = """
    max-files: max-findings: max-visible: max-file-lines: min-severity: min-confidence:
    include: exclude: language: instructions: path-instructions: path: inline: suggestions:
    verify: guidelines: fail-on: review-drafts: skip-labels: skip-authors: model:
    - ·-· ·· · · 1 0 -1 012 1_000 1e3 1:30
    "\\ud800" "\\UFFFFFFFF" 0x1F true false yes no on off null ~ never low medium high
    critical all incomplete '*.md' "a"
    "\\U0010ffff" [ ] { } , ? ! !!python/object & * &a *a << | > # --- ... %YAML @ `
    2024-01-01 French abc
    """
_SARIF = r"""
    "version":"2.1.0" "runs":[ "tool":{"driver":{"name":"t"}} "results":[ "message":{"text":"m"}
    "ruleId":"E1" "ruleIndex":0 "level":"error" "level":"none" "kind":"pass" "locations":[
    "physicalLocation":{ "artifactLocation":{"uri":"a.py"} "region":{"startLine":2} "endLine":99
    "uriBaseId":"ROOT" "originalUriBaseIds":{"ROOT":{"uri":"file:///home/runner/work/shop/shop/"}}
    "index":0 "artifacts":[ "suppressions":[ "invocations":[{"executionSuccessful":false}]
    "security-severity":"9.8" "tags":["security"] ../ %2e%2e/ file:// C:\\ /home/ {0}
    """
_TEMPLATES = r"""
    {{ }} {% %} {# #} {{·title·}} {{·body·|·block·}} {{·path·|·span·}} {%·if·severity·==·"high"·%}
    {%·else·%} {%·endif·%} {%·for·x·in·also·%} {%·endfor·%} {{·x·}} loop.index loop.last ~ not and
    or in is + - * ** // . [0] ( ) , : | join(",·") upper {%·raw·%} {%·endraw·%} {%·set·a·=·1·%}
    {%·macro·m()·%} {%·include·"x"·%} {%-·-%} ''.__class__ .format range(9) "a" 'a' 1 1.5 true none
    ` ``` ~~~ <details> </details> <!-- --> [a]( ) <a·href=" "> @ # / \ $
    """
_SECRETS = "hunter2hunter2 s3cr3t/+=key aGVsbG8gd29ybGQ= [REDACTED] REDACTED a %2F + / = \\ ' \" é"
_EVENTS = r"""
    pull_request issue_comment pull_request_target workflow_run push pull_request_review_comment
    refs/pull/7/merge refs/pull/ "action": "created" "opened" "number": "user": null "repository":
    """


def _split(words: str, *more: bytes) -> tuple[bytes, ...]:
    """Split words at blanks; "·" is a blank inside of one."""
    return (*(word.replace("·", " ").encode() for word in words.split()), b"\n", b"\n", *more)


_LONG = b'"' + b"word " * 1_500 + b'"'
_SEPARATOR = b"\n=====\n"

WORDS: Mapping[str, tuple[bytes, ...]] = {
    "event": _split(_EVENTS + _JSON, b"[" * 3_000, _LONG),
    "learned": _split(_MARKDOWN + _YAML, b"\n- text: a", b'"\n  origin: "', b"\x00",
                      b"\xe2\x80\xa8"),
    "learnings": _split(_YAML + " text: paths: origin:", b"\n- text: a", b"\n  ", b"\r\n", b": ",
                        b"\t", b"\xef\xbb\xbf", b"\n...\n", b"|+\n"),
    "patch": _split(_DIFF, b"\r\n", b"\r", b"\x0c", b"\xe2\x80\xa8", b"9" * 5_000),
    "placement": _split(_DIFF, _SEPARATOR, _SEPARATOR, b"\r\n", b"    12 + a"),
    "prose": _split(_MARKDOWN, b"\r", b"\xe2\x80\xae", b"\xe2\x80\x8b", b"    "),
    "raw-diff": _split(_GIT + _DIFF, b"\ndiff --git a/x b/x\n", b"\n@@ -1 +1 @@\n-a\n+b\n"),
    "reply": _split(_JSON, b'{"findings": [', b'{"overview": "', b"```json\n", b"<think>",
                    b"</think>", b"\xef\xbb\xbf", b'"title": "a"', b"[" * 3_000, _LONG),
    "report": _split(_JSON, b'"cost": "1E-9"', b'"shard": "2/8"', _LONG),
    "sarif": _split(_SARIF + _JSON, b"[" * 3_000, _LONG),
    "secrets": _split(_SECRETS, _SEPARATOR, b"[REDACTED]"),
    "settings": _split(_YAML, b"\n  ", b": ", b"\t", b"\x00", b"\xef\xbb\xbf", b"\xc2\x85",
                       b"[" * 40, b"9" * 5_000),
    "template": _split(_TEMPLATES, b"\r\n", b"\xee\x80\x80", b"\xee\x80\x81", b"(" * 300,
                       b"{% if title %}" * 60, b"y" * 2_000),
    "state": _split(_JSON, b"<!-- code-review-action:state v=2 AAAA unsigned -->", b"\r\n", _LONG),
}  # fmt: skip
