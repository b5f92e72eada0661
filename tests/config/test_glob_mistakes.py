"""Patterns that can match nothing: each is refused, with the form that was meant."""

import pytest

from reviewer.config import settings as config
from reviewer.config.globs import Patterns
from reviewer.config.mistakes import glob_mistakes
from reviewer.config.mistakes.glob_mistakes import GlobMistakeError
from reviewer.config.workflow.inputs import Inputs
from reviewer.errors import InputError
from tests.refusals import refusal

MEANT: dict[str, tuple[str, ...]] = {
    "**/*.{js,ts}": ("**/*.js", "**/*.ts"),
    "!*.{a, b}": ("!*.a", "!*.b"),
    "{a,{b,c}}.md": ("a.md", "b.md", "c.md"),
    "./x": ("/x",),
    "./": ("**",),
    ".": ("**",),
    "/": ("**",),
    "../x": ("/x",),
    "src/../x": ("/x",),
    "a//b": ("/a/b",),
    "~/x/": ("/x/",),
    "!./x": ("!/x",),
    "x;y": ("x", "y"),
    "*.md|*.txt": ("*.md", "*.txt"),
    '"*.md"': ("*.md",),
    "'*.md": ("*.md",),
    "\u201c*.md\u201d": ("*.md",),
    "- *.md": ("*.md",),
    '- "*.md"': ("*.md",),
    '["*.md","docs/**"]': ("*.md", "docs/**"),
    "[docs/**]": ("docs/**",),
    "*.md *.txt": ("*.md", "*.txt"),
    "src/ tests/": ("src/", "tests/"),
    "README.md NOTES.md": ("README.md", "NOTES.md"),
    "src gen/*.py old/*.py": ("src?gen/*.py", "old/*.py"),
    "**/*.{js,ts": ("**/*.js", "**/*.ts"),
    "*.md, docs/**": ("*.md", "docs/**"),
    " *.md": ("*.md",),
    "*.md # text": ("*.md",),
    "src\\app\\*.cs": ("src/app/*.cs",),
    "C:\\shop\\src": ("/shop/src",),
    "docs\\": ("docs/",),
    "/github/workspace/src/**": ("/src/**",),
    "/home/runner/work/shop/shop/src/*.py": ("/src/*.py",),
    "^src/": (),
    ".*\\.py$": (),
    "src/(a|b)/**": (),
    "src/[abc": ("src/[abc]",),
    "src/!(test)/**": (),
    "**/*.+(js|ts)": ("**/*.js", "**/*.ts"),
    "src/@(a|b)/**": ("src/a/**", "src/b/**"),
    "${{ github.workspace }}/dist": (),
    "https://github.com/o/r/blob/main/docs/x.md": ("/docs/x.md",),
    "https://github.com/o/r/blob/main/a.py#L10": ("/a.py",),
    "https://github.com/o/r/blob/main/docs/x.md?plain=1#L3": ("/docs/x.md",),
    "https://github.com/o/r/tree/main/src": ("/src",),
    f"https://github.com/o/r/blob/{'0af' * 13}0/src/a.py": ("/src/a.py",),
    "https://github.com/o/r/blob/dev/a.py": ("/a.py",),
    # A branch may have a slash in its name.
    "https://github.com/o/r/blob/feature/x/a.py": (),
    "https://github.com/o/r/tree/feature/x": (),
    "https://github.com/o/r/blob/main/My%20Notes.md": (),
    "https://github.com/o/r/blob/main/app/[id]/page.tsx": (),
    "!https://github.com/o/r/blob/main/a.py": ("!/a.py",),
    "!https://x": (),
    "a[": (),
    "a[!": (),
    "!a[": (),
    "./a[": (),
    "{a[,b}": (),
    # Without the second one, the list would leave fewer files out.
    "docs/**;^src/": (),
    "https://example.com/x.md": (),
    "./{a,b}": ("/a", "/b"),
}
RIGHT = (
    "*.md", "**", "/**", "docs/", "/docs/", "docs/**", "!docs/**", "a?b", "**/.*", ".env", "*.md ",
    "My Folder/**", "docs/My File.md", "v1.2 Notes/**", "{{cookiecutter.slug}}/**", "it's.md",
    "[Bb]in/", "[Bb]in/[Oo]bj", "[a-z]*/[0-9]", "docs/[a,b].md", "\\!x", "\\#a", "a\\ ", "\\*.md",
    "Foo$Bar.class", ".github/**", "a,b", "src/**/*.test.ts", "#", "@scope/**",
    "app/(shop)/**", "!(shop)/**", "app/@modal/(.)photo/**", "a+(b).md",
)  # fmt: skip
NAMES = (
    "x", "y", "x y", "docs/x", "docs/a.md", "src/a.ts", "a.md", "src/app/a.cs", ".env", "a.js",
    "shop/src/a.py", "tests/a.py", "README.md", "NOTES.md", "a/b",
    "src gen/x.py", "old/x.py", "src/x.py",
)  # fmt: skip


def mistake(pattern: str) -> GlobMistakeError:
    with pytest.raises(GlobMistakeError) as caught:
        glob_mistakes.check(pattern)
    return caught.value


@pytest.mark.parametrize(("pattern", "meant"), MEANT.items(), ids=MEANT)
def test_a_pattern_that_can_match_nothing_is_refused_with_what_was_meant(
    pattern: str, meant: tuple[str, ...]
) -> None:
    assert mistake(pattern).right == meant
    assert not any(_matches(pattern, name) for name in NAMES)
    for each in meant:
        assert glob_mistakes.repair(each) == (each,)
        glob_mistakes.check(each)
        Patterns.parse((each,))


def _matches(pattern: str, path: str) -> bool:
    try:
        return Patterns((pattern,)).verdict(path) is not None
    except ValueError:
        return False


@pytest.mark.parametrize("pattern", RIGHT)
def test_a_pattern_that_can_match_something_is_accepted(pattern: str) -> None:
    assert refusal(lambda: glob_mistakes.check(pattern), GlobMistakeError) == ""


def test_braces_with_too_many_alternatives_are_refused_without_a_list_of_them() -> None:
    assert mistake("{a,b}" * 20).right == ()


@pytest.mark.parametrize("text", ["a[", "docs, a[", "./x, https://x", "./x, ^src/", "a;b["])
def test_an_input_with_a_pattern_that_nobody_can_repair_is_refused_with_an_example(
    text: str,
) -> None:
    with pytest.raises(InputError) as caught:
        config.load(Inputs.load({"INPUT_EXCLUDE": text}), None)
    assert caught.value.remedy == "Write, for example, `exclude: 'docs/**, *.md'`."


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("**/*.{js,ts}", "**/*.js, **/*.ts"),
        ("*.md\n**/*.{js,ts}, docs/**", "*.md, **/*.js, **/*.ts, docs/**"),
        ('- "*.md"\n- docs/**', "*.md, docs/**"),
        ('["*.md", "docs/**"]', "*.md, docs/**"),
        ('"*.md, docs/**"', "*.md, docs/**"),
        ("*.md *.txt", "*.md, *.txt"),
        ("./src", "/src"),
        ("a;b\nc;d", "a, b, c, d"),
    ],
)
def test_an_input_is_refused_with_the_line_to_write(text: str, line: str) -> None:
    inputs = Inputs.load({"INPUT_EXCLUDE": text})
    with pytest.raises(InputError, match="The input exclude cannot be used: entry ") as caught:
        config.load(inputs, None)
    assert caught.value.remedy == f"Write `exclude: '{line}'`."
    corrected = Inputs.load({"INPUT_EXCLUDE": line})
    assert config.load(corrected, None).workflow_globs.exclude == tuple(line.split(", "))


@pytest.mark.parametrize(
    ("patterns", "meant"),
    [
        (("!docs/**",), ("**", "!docs/**")),
        (("!a", "!b"), ("**", "!a", "!b")),
        (("!docs/**", "*.py"), ("*.py", "!docs/**")),
        (("!a", "*.py", "!b"), ("*.py", "!a", "!b")),
    ],
)
def test_a_list_that_selects_does_not_begin_with_what_it_leaves_out(
    patterns: tuple[str, ...], meant: tuple[str, ...]
) -> None:
    with pytest.raises(InputError) as caught:
        config.load(Inputs(include=patterns), None)
    assert caught.value.remedy == f"Write `include: '{', '.join(meant)}'`."
    with pytest.raises(InputError, match="The input guidelines"):
        config.load(Inputs(guidelines=patterns), None)
    config.load(Inputs(include=meant), None)
    # There, it takes files back in that are excluded by default.
    config.load(Inputs(exclude=patterns), None)


def test_advice_that_yaml_would_read_differently_is_not_given() -> None:
    with pytest.raises(InputError) as caught:
        config.load(Inputs(exclude=("./it's.md",)), None)
    assert caught.value.remedy == "Write, for example, `exclude: 'docs/**, *.md'`."
