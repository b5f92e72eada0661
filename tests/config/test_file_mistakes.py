"""Usual mistakes in the file can be corrected with the line that the error names."""

import re

import pytest
import yaml

from reviewer.config import settings as config
from reviewer.config.config_error import ConfigError
from reviewer.config.workflow.inputs import Inputs
from tests.faults import faults

# The mistake, and the lines that the error says to write. Put in its place, they are accepted.
MENDED: dict[str, tuple[str, ...]] = {
    "instructions: Note: use cents": ('instructions: "Note: use cents"',),
    'instructions: Say "no": never': ("""instructions: 'Say "no": never'""",),
    "instructions: Use tabs:": ('instructions: "Use tabs:"',),
    "exclude: *.md": ('exclude: ["*.md"]',),
    "exclude: [*.md, docs/**]": ('exclude: ["*.md", "docs/**"]',),
    "exclude: '*.md, docs/**'": ('exclude: ["*.md", "docs/**"]',),
    "exclude: |\n  *.md\n  docs/**": ('exclude: ["*.md", "docs/**"]',),
    # A pattern for all files would leave all of them out.
    "exclude: [a, '']": ("exclude: [a]",),
    "exclude: ''": ("exclude: []",),
    "exclude: a": ("exclude: [a]",),
    "exclude: '**/*.{js,ts}'": ('exclude: ["**/*.js", "**/*.ts"]',),
    "exclude: './dist, a;b'": ('exclude: ["/dist", a, b]',),
    "include: '!docs/**'": ('include: ["**", "!docs/**"]',),
    "skip-labels: 1": ('skip-labels: ["1"]',),
    "language: [French]": ("language: French",),
    "max-files: '30'": ("max-files: 30",),
    "max-files: [30]": ("max-files: 30",),
    "max-files: 10000": ("max-files: 3000",),
    "max-files: 1_000": ("max-files: 1000",),
    "max-files: 012": ("max-files: 12",),
    "max-files:3": ("max-files: 3",),
    "max-files:3\nlanguage: French": ("max-files: 3",),
    "max-files = 3": ("max-files: 3",),
    "review-drafts: yes": ("review-drafts: true",),
    "review-drafts: No": ("review-drafts: false",),
    "review-drafts: 'true'": ("review-drafts: true",),
    "review-drafts: 1": ("review-drafts: true",),
    "language: no": ('language: "no"',),
    "fail-on: High": ("fail-on: high",),
    "fail-on: [criticl, hi]": ("fail-on: critical, high",),
    "min-severity: med": ("min-severity: medium",),
    "fail-on: [Error]": ("fail-on: high",),
    "fail-on: [never, low]": ("fail-on: low",),
    "fail-on: 'HIGH, Incomplete'": ("fail-on: high, incomplete",),
    "min-severity: warning": ("min-severity: medium",),
    "verify: true": ("verify: on",),
    "inline: false": ("inline: off",),
    "verify: disabled": ("verify: off",),
    "fail-on: false": ("fail-on: never",),
    "fail-on: none": ("fail-on: never",),
    "sections: [none, files]": ("sections: files",),
    "review-drafts: never": ("review-drafts: false",),
    "maxFiles: 3": ("max-files: 3",),
    "max_files: 3": ("max-files: 3",),
    "MAX_FILES: 3": ("max-files: 3",),
    "Max Files: 3": ("max-files: 3",),
    "reviewDrafts: true": ("review-drafts: true",),
    "paths-ignore: [docs/**]": ('exclude: ["docs/**"]',),
    "code-review:\n  max-files: 3\n  maxFindings: 4": ("max-files: 3", "max-findings: 4"),
    "settings: {exclude: [a]}": ("exclude: [a]",),
    "language: French\n  max-files: 3": ("max-files: 3",),
    "include: ['!docs/**']": ('include: ["**", "!docs/**"]',),
    "reviews:\n  path_filters: ['!dist/**', 'src/**']\n  poem: false": (
        'include: ["src/**"]',
        'exclude: ["dist/**"]',
    ),
    "path_filters: ['!dist/**']": ('exclude: ["dist/**"]',),
    "reviews:\n  path_instructions:\n    - path: 'src/**'\n      instructions: Use cents.": (
        'path-instructions: [{path: "src/**", instructions: Use cents.}]',
    ),
    "tone_instructions: Be brief": ("instructions: Be brief",),
    "pr_reviewer:\n  extra_instructions: be kind\n  num_max_findings: 4": (
        "instructions: be kind",
        "max-findings: 4",
    ),
    "ignore:\n  glob: ['*.md']": ('exclude: ["*.md"]',),
    "config:\n  response_language: ''": ('language: ""',),
    "pr_reviewer: {num_max_findings: 0}": ("max-findings: 1  # the least",),
    "pr_reviewer: {num_max_findings: '10'}": ("max-findings: 10",),
    "ignore: {glob: '**/*.{js,ts}'}": ('exclude: ["**/*.js", "**/*.ts"]',),
    "reviews: {path_filters: ['!./dist', '**/*.{js,ts}']}": (
        'include: ["**/*.js", "**/*.ts"]',
        'exclude: ["/dist"]',
    ),
    "reviews: {path_instructions: [{path: '*.{a,b}', instructions: Hi}]}": (
        'path-instructions: [{path: "*.a", instructions: Hi}, {path: "*.b", instructions: Hi}]',
    ),
    "reviews: {auto_review: {drafts: 'yes'}}": ("review-drafts: true",),
    "reviews: {auto_review: {ignore_usernames: dependabot}}": ("skip-authors: [dependabot]",),
    "config: {ignore_pr_authors: 'a, b'}": ("skip-authors: [a, b]",),
    '[pr_reviewer]\nnum_max_findings = "0"\n[ignore]\nglob = "a,b"': (
        "max-findings: 1  # the least",
        "exclude: [a, b]",
    ),
    "skip-authors: dependabot[bot]": ('skip-authors: ["dependabot[bot]"]',),
    "skip-authors: [dependabot[bot]]": ('skip-authors: ["dependabot[bot]"]',),
    'exclude: "docs/**", "*.md"': ('exclude: ["docs/**", "*.md"]',),
    "review_drafts: 'yes'": ("review-drafts: true",),
    "failOn: error": ("fail-on: high",),
    "min_severity: Warning": ("min-severity: medium",),
    "with:\n  exclude: a": ("exclude: [a]",),
    "fail-on: high and critical": ("fail-on: high",),
    "min-severity: medium to critical": ("min-severity: medium",),
    "fail-on:\n  -high\n  -incomplete": ("fail-on: high, incomplete",),
    "fail-on: '“high”'": ("fail-on: high",),
    "settings: {max-files: 3, language: French}": ("max-files: 3", "language: French"),
    "code-review: {max-files: 3, paths-ignore: [a]}": ("max-files: 3", "exclude: [a]"),
    "max-files: 1,000": ("max-files: 1000",),
    "max-files: 100 files": ("max-files: 100",),
    "max-files: 3;": ("max-files: 3",),
    "max-file-lines: 5k": ("max-file-lines: 5000",),
    "review-drafts: true,": ("review-drafts: true",),
    "language: “German”": ("language: German",),
    "exclude: {paths: [dist/**, build/**]}": ('exclude: ["dist/**", "build/**"]',),
    "exclude: {dist/**: true, build/**: true}": ('exclude: ["dist/**", "build/**"]',),
    "exclude: [**/*.{js,ts}]": ('exclude: ["**/*.js", "**/*.ts"]',),
    "exclude:\n  -dist/**\n  -build/**": ('exclude: ["dist/**", "build/**"]',),
    "exclude: no": ('exclude: ["no"]',),
    "fail-on: no": ("fail-on: never",),
    "exclude: [docs/**, ./dist]": ('exclude: ["docs/**", "/dist"]',),
    "exclude: [a, '**/*.{js,ts}']": ('exclude: [a, "**/*.js", "**/*.ts"]',),
    "exclude: [[a, b], c]": ("exclude: [a, b, c]",),
    "skip-labels: [{name: wip}]": ("skip-labels: [wip]",),
    "skip-labels: [#wip]": ('skip-labels: ["#wip"]',),
    "skip-labels: #wip": ('skip-labels: ["#wip"]',),
    "skip-labels: [wip, #draft]": ('skip-labels: [wip, "#draft"]',),
    "instructions: 'Don't use eval'": ('instructions: "Don\'t use eval"',),
    "max-files: !!int 3": ("max-files: 3",),
    "exclude: !!seq [a]": ("exclude: [a]",),
    "  max-files: 3\nexclude: []": ("max-files: 3",),
    "instructions: Fixed in #12, #13": ('instructions: "Fixed in #12, #13"',),
    "instructions: #12 is fixed": ('instructions: "#12 is fixed"',),
    "instructions: See issue #12 always": ('instructions: "See issue #12 always"',),
}
# The same for entries of a list.
ENTRIES: dict[str, tuple[str, ...]] = {
    "exclude:\n  - *.md": ('- "*.md"',),
    "exclude:\n  - !docs/**": ('- "!docs/**"',),
    "exclude:\n  - ['a']": ("- a",),
    "exclude:\n  - [a, './x']": ("- a", '- "/x"'),
    "exclude:\n  - '**/*.{js,ts}'": ('- "**/*.js"', '- "**/*.ts"'),
    "exclude:\n  - './x'": ('- "/x"',),
    "exclude:\n  - 'x;y'": ("- x", '- "y"'),
    "exclude:\n  - '*.md *.txt'": ('- "*.md"', '- "*.txt"'),
    "exclude:\n  - src\\app\\x": ("- src/app/x",),
    "exclude:\n  - https://github.com/o/r/blob/main/src/x.py": ('- "/src/x.py"',),
    "skip-labels:\n  - name: wip": ("- wip",),
    "exclude:\n-a.md\n-docs": ("- docs",),
    "skip-labels:\n  - 1": ('- "1"',),
    "skip-labels:\n  - true": ('- "true"',),
    "skip-authors:\n  - 1": ('- "1"',),
    "skip-authors:\n  - [a, b]": ("- a", "- b"),
    "skip-authors:\n  - 'octocat '": ("- octocat",),
}
LOGINS = 'skip-authors: ["dependabot[bot]", "renovate[bot]"]'
# Where the right text is nobody's guess, the error says how to write one.
EXPLAINED = {
    "instructions: Money is in cents.\n  Note: never floats.": "Write `instructions: |`, and",
    "instructions:\n  - a\n  - b": "Write `instructions: |`, and the text in the lines below",
    "path-instructions:\n  'src/**': Be strict": 'Write `- path: "src/**"`, and below it',
    "path-instructions:\n  - lib/**": 'Write `- path: "lib/**"`, and below it',
    "min-severity: warn-ish": "Write `min-severity: ...` with one of these words",
    "review-drafts: maybe": "Write `review-drafts: true` or `review-drafts: false`",
    "path-instructions:\n  - path: a": "Write `instructions: ...` in it",
    "path-instructions:\n  - path: a\n    instruction: b": "Write `instructions: b`",
    "path-instructions:\n  - path: a\n  instructions: b": "Write `    instructions: b`, as far to",
    "path-instructions: [{path: [a, b], instructions: c}]": "the first as `- path: a`",
    "path-instructions: [{path: '!a', instructions: c}]": "a pattern of the files that the",
    "path-instructions: [{path: a, instructions: [b]}]": "Write `instructions: |`",
    "exclude:\n\t- a": "not with tabs: `  - a`",
    "early_access: true": "`early_access` is a key of CodeRabbit's `.coderabbit.yaml`. Leave it",
    "chat:\n  auto_reply: true": "is a key of CodeRabbit's",
    "github_app:\n  x: 1": "is a section of PR-Agent's settings",
    '[pr_reviewer]\nextra_instructions = "x"': "looks like PR-Agent's `.pr_agent.toml`",
    "[PR_reviewer]\nNUM_max_findings = 3": "the whole file, at the beginning of a line: `max-f",
    "[a]\nextra_instructions = 'x'\n[b]\nextra_instructions = 'y'": "`instructions: ...`.",
    "[config]\nmodel = 'x'": "The model is set in the workflow",
    "fail-on: [noncritical]": "Write `fail-on: ...` with one of these words",
    "max-files: \u0665": "`max-files` is '\u0665'",
    "fail-on: x": "It takes `never`, or any of",
    "fail-on: [criticl, high]": "`fail-on`, entry 1 is 'criticl', which cannot be used",
    "fail-on: [high, criticle]": "Write `fail-on: high, critical`",
    "exclude:\n  - a\n  -": "Delete the line, or write a value behind its dash",
    "max-findings: '5'": "`max-findings` is the text '5', because of its quotes",
    "path-instructions: [{path: [a], instructions: b}]": "It takes one gitignore pattern",
    "[ignore]\nglob = ['a/**', '*.md']": '`exclude: ["a/**", "*.md"]`',
    "[pr_reviewer]\nnum_max_findings = 3 x": "`max-findings: 10` for `num_max_findings`",
    "- max-files: 3": "Write the keys without a dash: `max-files: ...`",
    "exclude: [a": "Close the quote or the bracket that opens in line 1",
    "language: 'a\nmax-files: 3": "Close the quote or the bracket that opens in line 1",
    'exclude: ["src\\app"]': "Write `/` between folders",
    'exclude: ["src\\web"]': "Write `/` between folders",
    'instructions: "a" b': "Quotes must be around the whole text",
    "max-files: many": "Write, for example, `max-files: 100`",
    "exclude:": 'Write, for example, `exclude: ["docs/**", "*.md"]`',
    "exclude: ['^src/']": "is a regular expression, and these are gitignore patterns",
    "model: gpt": "`with:` of the workflow's step: `model: gpt`",
    "max_findings = 5": "write `max-findings: 5`",
    "exclude: true": 'Write, for example, `exclude: ["docs/**", "*.md"]`',
    "max-findings: ${{ vars.MAX }}": "Expressions are not evaluated in this file",
    "<<<<<<< HEAD\nmax-files: 3\n=======\nmax-files: 4\n>>>>>>> b": "Lines 1 to 5 have the marks",
    "api-key: sk-abc": "`api-key: ${{ secrets.NAME }}`",
    "effort: max": "step: `effort: ...`. It takes `low`, `medium` or `high`",
    "tools: false": "`with:` of the workflow's step: `tools: off`",
    "max-cost: '0,50'": "`with:` of the workflow's step: `max-cost: 0.50`",
    "max-cost: '1,500'": "step: `max-cost: ...`. It takes a number above 0",
    "inline: a: b": "Write `inline: ...` with one of these words",
    "min-severity: [high, low]": "Write `min-severity: ...` with one of these words",
    "fail-on:": "Write `fail-on: ...` with one of these words",
    "review-drafts:": "Write `review-drafts: true` or `review-drafts: false`",
    "language: German: formal": "`language` takes",
    "path-instructions:\n  - path: a\n    instruction: Use cents: never floats": (
        'Write `instructions: "Use cents: never floats"`'
    ),
    "exclude: !**/*.py": 'To exclude all others, write `exclude: ["**", "!**/*.py"]`',
    "exclude: '!**/*.py'": 'To exclude all others, write `exclude: ["**", "!**/*.py"]`',
    "version: 1": "Leave it out",
    "exclude\n  - a": "Write a colon behind the key: `exclude:`",
    "instructions: |\nMoney": "indented by two blanks",
    "exclude: ['a' 'b']": "Write a comma between two entries",
    "exclude:\n  - a\n  include:\n  - b": "Write `include:` at the beginning of the line",
    "path-instructions:\n  path: src/**\n  instructions: a": 'Write `- path: "src/**"`, and below',
    "fail-on: []": "`fail-on` is an empty list, which cannot be used",
    "timeout: 5m": "a whole number from 60 to 21600 (seconds), in digits only",
    "max-cost: $2": "`with:` of the workflow's step: `max-cost: 2`",
    "max-files: 1.000": "Write, for example, `max-files: 100`",
    "max-files: 1e2": "Write, for example, `max-files: 100`",
    "max-files: 2024-01-01": "Write, for example, `max-files: 100`",
    "min-severity: 0x1": "Write `min-severity: ...` with one of these words",
    "exclude: ['${{ github.workspace }}/dist']": "expressions are not evaluated",
    "guidelines: Use tabs, never spaces.": "`guidelines` names files",
    "guidelines: https://example.com/style.md": "The pattern is a web address, and",
    "path-instructions: [{paths: [src/**], instructions: a}]": 'Write `path: "src/**"`',
    "path-instructions: [{glob: src/**, instructions: a}]": 'Write `path: "src/**"`',
    "path-instructions: [{path: a, prompt: Be strict}]": "Write `instructions: Be strict`",
    "path-instructions: [{pattern: [a, b], instructions: c}]": "for each pattern, the first as",
    "path-instructions: [{path: 'a/**, b/**', instructions: c}]": (
        'for each pattern, with the same instructions: `path: "a/**"`, `path: "b/**"`'
    ),
    "path-instructions:\n- path: a\n- instructions: b": "Remove the dash in line 3",
    "path-instructions:\n  - path: a\n\tinstructions: b": "tabs: `    instructions: b`",
    "exclude: &a [dist/**]\ninclude: *a": "Write the value itself in each place",
    "base: &b\n  max-files: 3\n<<: *b": "Write the value itself in each place",
    "max-files: 3\nmax-files: 4": "Keep one of the two",
    "max-files: 3\n---\nexclude: []": "Delete the line `---`",
    "max-files: 3\n...\nexclude: []": "Delete the line `...`",
    "exclude:\n\u00a0\u00a0- dist/**": "Line 2 has a blank that is no plain space",
    "max-files:\u00a03": "Line 1 has a blank that is no plain space",
    '{\n  // few\n  "max-files": 3\n}': "Line 2 is a comment of another language",
    "```yaml\nmax-files: 3\n```": "Delete lines 1 and 3",
    "exclude:\n    - a/**\n  - b/**": "Write `    - b/**`, as far to the right",
    "instructions: >-\n  a\n b": "Write `  b`, as far to the right",
    "max-files: 3\nverify": "Write a colon and a value behind the key: `verify: ...`",
    "# Rules\n- Be kind\n- Check SQL": "Write a text for the reviewer as `instructions: |`",
    "Be kind to people.": "Write a text for the reviewer as `instructions: |`",
    f"instructions: {'a' * 5000}": "Shorten it",
    "language: #French": 'Write `language: "#French"`',
    "path-instructions:\n  - path: a\n     instructions: b": "Write `    instructions: b`, as far",
    "instructions: |\n  // is a division\n  --x\nlanguage: a\nexclude: *.md": "Write `exclude: [",
    "instructions: Note: use 10\u00a0cents": "a blank in it must be in quotes",
    "-- settings\nmax-files: 3": "Line 1 is a comment of another language",
    "exclude: {{ vars.X }}": "`{{ }}` is not filled in: write the value itself",
    "max-files: {{ 3 }}": "`{{ }}` is not filled in: write the value itself",
    "a: {<<: {b: 1}}": "Write the keys out",
    "max-files: 500 lines": "Write, for example, `max-files: 100`",
    "max-findings: $5": "Write, for example, `max-findings: 20`",
    "max-cost: 100 tokens": "step: `max-cost: ...`. It takes a number above 0",
    # In the same list, there is a pattern that nobody can repair.
    "exclude: [./x, '^src/']": 'Write, for example, `exclude: ["docs/**", "*.md"]`',
    "exclude: [./x, 'a[']": 'Write, for example, `exclude: ["docs/**", "*.md"]`',
    "exclude: 'a['": 'Write, for example, `exclude: ["docs/**", "*.md"]`',
    "exclude: './x, a['": 'Write, for example, `exclude: ["docs/**", "*.md"]`',
    "paths-ignore: ['^src/']": "`exclude: ...`",
    "include: !docs": 'Write `include: ["**", "!docs"]`',
    "exclude: [*.md, a[]": 'Write, for example, `exclude: ["docs/**", "*.md"]`',
    "path-instructions: [{paths: ['^src/'], instructions: a}]": "Write `path: ...`",
    "exclud: 'a['": "The keys are include",
    "instructions: #todo": "`instructions` has no value",
    "code-review: {max-files: 3, foo: 1, 'b r': 2}": (
        "and the file has no keys 'foo', 'b r'. Take the key away, and write at the beginning of"
    ),
    "code-review: {max-files: 3, a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1}": (
        "and the file has no keys 'a', 'b', 'c', 'd', 'e' and 2 others. Take the key away"
    ),
    "code-review: {max-files: 3, model: x}": "and the file has no key 'model'. Take the key away",
    "code-review: {max-files: 3, paths-ignore: [a]}": "no key above them. Take the key away, and",
    "strictness: 2": "there is no key 'strictness'. The keys are",
    # Nobody knows what a mapping of switches selects.
    "include: {src: true, docs: false}": 'Write, for example, `include: ["src/**", "*.py"]`',
    "include: {src: on, docs: off}": 'Write, for example, `include: ["src/**", "*.py"]`',
    "exclude: {enabled: true, paths: [a]}": 'Write, for example, `exclude: ["docs/**", "*.md"]`',
    "exclude: [{dist: false}]": 'Write, for example, `exclude: ["docs/**", "*.md"]`',
    "exclude:\n  - dist: false": 'Write, for example, `- "docs/**"`',
    "skip-authors: o/team": f"Write, for example, `{LOGINS}`",
    "skip-authors: '*[bot]'": f"Write, for example, `{LOGINS}`",
    "skip-authors: *[bot]": f"Write, for example, `{LOGINS}`",
    "skip-authors: [*[bot]]": f"Write, for example, `{LOGINS}`",
    "skip-authors: #x/y": f"Write, for example, `{LOGINS}`",
    "skip-authors: octo cat": f"Write, for example, `{LOGINS}`",
    "skip-authors: [a, octo cat]": f"Write, for example, `{LOGINS}`",
    "skip-authors: [[o/team]]": f"Write, for example, `{LOGINS}`",
    "skip-authors:\n  - o/team": 'Write, for example, `- "dependabot[bot]"`',
    "skip-authors:\n  - 1.5": 'Write, for example, `- "dependabot[bot]"`',
    "skip-author: o/team": "The keys are",
    "reviews: {auto_review: {ignore_usernames: '*[bot]'}}": "`skip-authors: ...`",
}


# A comment behind a text for the model is one, unless it begins like the number of an issue.
COMMENTS = (
    "instructions: Follow PEP 8   #see the wiki",
    "instructions: Follow PEP 8 #see the wiki",
    "instructions: Follow PEP 8 # see the wiki",
    "instructions: Follow PEP 8   #12",
    "instructions: Follow PEP 8 #2do",
    "path-instructions:\n  - path: a\n    instructions: Follow PEP 8 #todo",
    "exclude: [a] #12",
    "fail-on: high #12",
    "language: French #12",
)


@pytest.mark.parametrize("text", COMMENTS)
def test_a_comment_behind_a_text_is_no_error(text: str) -> None:
    assert config.load(Inputs(), text) == config.load(Inputs(), text.partition(" #")[0])


def refusal(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        config.load(Inputs(), text)
    assert str(caught.value).isprintable()
    return caught.value


def advised(error: ConfigError) -> tuple[str, ...]:
    """Return the lines that the error says to write."""
    _, _, advice = f" {error.remedy}".replace("place of it:", "Write").rpartition("rite ")
    advice = advice if "line: `" not in advice else advice.partition("line: ")[2]
    return tuple(re.findall(r"`([^`]+)`", advice.partition("`, as far")[0] + "`"))


@faults("CF4", "CF2")
@pytest.mark.parametrize(("text", "lines"), MENDED.items(), ids=MENDED)
def test_the_lines_of_the_error_correct_the_file(text: str, lines: tuple[str, ...]) -> None:
    assert advised(refusal(text)) == lines
    assert yaml.safe_load("\n".join(lines))
    config.load(Inputs(), "\n".join(lines))


@faults("CF4", "CF2")
@pytest.mark.parametrize(("text", "lines"), ENTRIES.items(), ids=ENTRIES)
def test_the_entries_of_the_error_correct_the_list(text: str, lines: tuple[str, ...]) -> None:
    assert advised(refusal(text)) == lines
    key = text.partition(":")[0]
    config.load(Inputs(), "\n".join((f"{key}:", *lines)) if lines else "")


@pytest.mark.parametrize(("text", "words"), EXPLAINED.items(), ids=EXPLAINED)
def test_an_error_explains_what_to_write(text: str, words: str) -> None:
    error = refusal(text)
    assert words in str(error)


HARD = {
    "deep values": f"y = {'[' * 900}",
    "deep values on several lines": "y = " + "[\n" * 300 + "]\n" * 300,
    "deep names": f"[{'a.' * 490}a]\n{'a.' * 490}a = 1",
    "a long line": f"{'a.' * 600}a = 1",
    "a long line for TOML alone": f"{'a.' * 450}'\u2028'.{'a.' * 450}a = 1",
    "a long file": "y1 = 2\n" * 5_000,
}


@pytest.mark.parametrize("line", HARD.values(), ids=HARD)
def test_a_file_of_pr_agent_that_nobody_can_read_is_explained_with_an_example(line: str) -> None:
    assert "`max-findings: 10` for `num_max_findings`" in str(refusal(f"[config]\nx = 1\n{line}"))


@pytest.mark.parametrize(
    "text",
    [
        "instructions: a: ::error::x",
        "exclude: *x ::error::y",
        "max-file: '##[error]x'",
        f"instructions: a: {'b' * 200}",
        "instructions: a: \u202eb",
        f"exclude: '{'a, ' * 200}'",
    ],
)
def test_what_is_long_or_odd_is_not_repeated(text: str) -> None:
    error = refusal(text)
    assert len(error.remedy) < 400
    assert "::error::" not in str(error)
    assert "##[" not in error.remedy
    assert str(error).isprintable()


def test_a_key_in_the_file_is_never_repeated() -> None:
    assert "abc" not in str(refusal("api-key: sk-abc"))
    assert "abc" not in str(refusal("github_token: ghp-abc"))


@faults("CF2", "CF4")
def test_values_that_yaml_reads_in_two_ways_hide_no_other_error() -> None:
    text = "review-drafts: yes\nexclude:\n  - !docs\n  - *all\nmax-findings: 0\nfrobnicate: no\n"
    found = [(each.line, *advised(each)[-1:]) for each in refusal(text).problems]
    assert found == [
        (1, "review-drafts: true"),
        (3, '- "!docs"'),
        (4, '- "*all"'),
        (5, "max-findings: 1"),
        (6,),
    ]


@faults("CF2", "CF4")
@pytest.mark.parametrize("rest", ["exclude: [a", "? [a]\n: b", "exclude: *.md", "language: a: b"])
def test_what_cannot_be_read_hides_no_value_above_it(rest: str) -> None:
    first, last = refusal(f"review-drafts: yes\n{rest}\n").problems
    assert first.line < last.line


def test_of_many_errors_the_first_ten_are_named() -> None:
    text = "exclude:\n" + "  - no\n" * 30
    assert [each.line for each in refusal(text).problems] == [*range(2, 12)]
