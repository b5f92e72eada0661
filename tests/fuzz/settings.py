"""Whatever the repository's file holds, it is refused with its place, or it only tightens."""

from reviewer.config import settings as config
from reviewer.config.config_error import ConfigError
from reviewer.config.enums import FailOn, Inline, Section, Verify, WhenClean
from reviewer.config.repository import learnings_file, new_learning
from reviewer.config.repository.learnings import Learning
from reviewer.config.settings import Settings
from reviewer.config.shared_settings import SharedSettings
from reviewer.config.workflow.inputs import Inputs
from reviewer.severity import Confidence, Severity

LOOSE = Inputs(max_files=3_000, max_file_lines=100_000, max_findings=200, max_visible=200,
               inline=Inline.ALL, suggestions=True, review_drafts=True,
               verify=Verify.OFF)  # fmt: skip
MIDDLE = Inputs(max_files=40, max_file_lines=500, max_findings=20, min_severity=Severity.MEDIUM,
                min_confidence=Confidence.MEDIUM, inline=Inline.HIGH, language="French",
                fail_on=(FailOn.HIGH,), skip_labels=("no-review",), instructions="Be kind.",
                exclude=("docs/**",))  # fmt: skip
STRICT = Inputs(max_files=1, max_file_lines=1, max_findings=1, max_visible=1,
                min_severity=Severity.CRITICAL, min_confidence=Confidence.HIGH,
                sections=(Section.FILES,), when_clean=WhenClean.NOTHING,
                fail_on=(FailOn.INCOMPLETE,), skip_authors=("a", "b"))  # fmt: skip
_NEW = Learning("Count in cents.", ("src/**",), "#12")
_OLD = b"# Ours.\n- text: Old.\n"
LOUDNESS = {Inline.OFF: 0, Inline.HIGH: 1, Inline.ALL: 2}
# What fails the step, as the set of what it looks at.
FAILS = {
    FailOn.NEVER: frozenset[str](),
    FailOn.INCOMPLETE: frozenset({"incomplete"}),
    FailOn.EXCLUDED: frozenset({"excluded"}),
    FailOn.CRITICAL: frozenset({"critical"}),
    FailOn.HIGH: frozenset({"critical", "high"}),
    FailOn.MEDIUM: frozenset({"critical", "high", "medium"}),
    FailOn.LOW: frozenset({"critical", "high", "medium", "low"}),
}


def settings(data: bytes) -> None:
    """Read the file under three workflows; what the first refuses, all do."""
    for inputs in (MIDDLE, LOOSE, STRICT):
        try:
            counts = config.load(inputs, data)
        except ConfigError as refused:
            _assert_told(refused, data)
            return
        _assert_tightened(inputs, counts)
        repr(counts).encode()
        assert len(counts.fingerprint) == 64


def learnings(data: bytes) -> None:
    """Read the file; what can be used, can be added to, and then the old entries are as before."""
    try:
        known = learnings_file.parse(data)
    except ConfigError as refused:
        _assert_told(refused, data)
        return
    for each in known:
        each.applies_to("src/app.py")
    try:
        after = new_learning.add(data, _NEW)
    except ConfigError:
        return
    assert after.startswith(data)
    assert learnings_file.parse(after) == (*known, _NEW)


def learned(data: bytes) -> None:
    """Take the text of a comment as a learning: one entry with that text, and no other."""
    text = new_learning.clean(data.decode(errors="surrogatepass" if _is_text(data) else "replace"))
    if not 0 < len(text) <= learnings_file.LONGEST_TEXT:
        return
    learning = Learning(text, origin="#1")
    assert learnings_file.parse(new_learning.add(_OLD, learning))[1:] == (learning,)


def _is_text(data: bytes) -> bool:
    try:
        data.decode(errors="surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _assert_told(refused: ConfigError, data: bytes) -> None:
    """The place lies within the file; YAML knows more ends of lines than the line feed."""
    assert 0 <= refused.line <= len(data) + 1
    str(refused).encode()


def _assert_tightened(inputs: Inputs, counts: Settings) -> None:
    for name in ("max_files", "max_file_lines", "max_findings", "max_visible"):
        assert 1 <= getattr(counts, name) <= getattr(inputs, name)
    assert counts.min_severity >= inputs.min_severity
    assert counts.min_confidence >= inputs.min_confidence
    assert LOUDNESS[counts.inline] <= LOUDNESS[inputs.inline]
    assert {*counts.sections} <= {*inputs.sections, Section.NONE}
    assert counts.sections == (Section.NONE,) or Section.NONE not in counts.sections
    assert inputs.when_clean in {WhenClean.FULL, counts.when_clean} or (
        counts.when_clean is WhenClean.NOTHING
    )
    assert inputs.suggestions or not counts.suggestions
    assert inputs.review_drafts or not counts.review_drafts
    assert (counts.verify is Verify.ON) or inputs.verify is Verify.OFF
    assert _names_of_failures(counts) >= _names_of_failures(inputs)
    assert counts.fail_on_incomplete >= inputs.fail_on_incomplete
    assert {*counts.skip_labels} >= {*inputs.skip_labels}
    assert {*counts.skip_authors} >= {*inputs.skip_authors}
    assert (counts.workflow_globs.include, counts.workflow_globs.exclude) == (
        inputs.include,
        inputs.exclude,
    )
    assert counts.language == inputs.language or not inputs.language
    assert counts.instructions[: bool(inputs.instructions)] == (
        (inputs.instructions,) if inputs.instructions else ()
    )


def _names_of_failures(settings: SharedSettings) -> set[str]:
    return {name for limit in settings.fail_on for name in FAILS[limit]}
