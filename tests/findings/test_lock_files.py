"""Lock files: an ordinary update is quiet, an entry that leaves what was trusted is reported."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.changes.diff import ChangedFile, Hunk
from reviewer.changes.lines import Line, LineKind
from reviewer.finding import Finding, Origin, Side
from reviewer.findings.builtin_rules import MOST_PER_FILE
from reviewer.findings.lockfiles import rule, versions
from reviewer.redaction.scan import Redaction
from reviewer.severity import Confidence, Severity
from tests.faults import faults
from tests.findings.lock_file_changes import NAMES, after, before, change, find

NPM = "package-lock.json"
LEAVES = "Lock file entry leaves its registry"
LOSES = "Lock file entry loses its hash"
CHANGES = "Hash in the lock file changes without the version"
EVIL = "https://evil.example"
SHA1 = "sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA="

# What leaves the registry: file, what is replaced in its new version, by what.
LEAVING = (
    ("yarn.lock", r"https://registry.yarnpkg.com(/debug)", rf"{EVIL}\1"),
    (
        "yarn.lock",
        r"https://registry.yarnpkg.com/debug/.*#",
        "https://codeload.github.com/e/d.tgz#",
    ),
    ("yarn.lock", r'  resolved "https://\S*(/debug)', rf'  "resol\\u0076ed"  "{EVIL}\1'),
    ("berry/yarn.lock", 'n: "debug@npm:4.3.6"', f'n: "debug@{EVIL}/debug.tgz"'),
    ("berry/yarn.lock", 'n: "debug@npm:4.3.6"', 'n: "debug@git@github.com:e/d.git#commit=a"'),
    (
        "berry/yarn.lock",
        'n: "debug@npm:4.3.6"',
        'n: "debug@npm:4.3.6::__archiveUrl=https%3A%2F%2Fe.x"',
    ),
    ("berry/yarn.lock", 'resolution: "debug@npm:4.3.6"', 'resolution: "evil@npm:4.3.6"'),
    ("pnpm-lock.yaml", r"(debug@4.3.6:\n    resolution: {)", rf"\1tarball: {EVIL}/d.tgz, "),
    ("pnpm-lock.yaml", r"(debug@4.3.6:\n    resolution: {)", rf'\1"tarb\\u0061ll": {EVIL}/d, '),
    ("pnpm-lock.yaml", r"(debug@4.3.6:\n    resolution: ){", r"\1{repo: https://github.com/e/d, "),
    ("bun.lock", '"debug@4.3.6", ""', f'"debug@4.3.6", "{EVIL}/debug.tgz"'),
    ("bun.lock", '"debug@4.3.6"', '"debug@github:evil/debug#abc"'),
    ("bun.lock", '"debug@4.3.6"', '"evil@4.3.6"'),
    ("deno.lock", "https://deno.land/std", f"{EVIL}/std"),
    ("uv.lock", r'("attrs"\n.*\nsource = { registry = ").*simple', rf"\1{EVIL}/simple"),
    ("uv.lock", r'("attrs"\n.*\nsource = {).*}', r'\1 git = "https://github.com/e/a?rev=1#a" }'),
    ("uv.lock", r'("attrs"\n.*\nsource = {).*}', r'\1 editable = "attrs" }'),
    ("uv.lock", "attrs-23.2.0.tar.gz", "evil-23.2.0.tar.gz"),
    ("pylock.toml", r"https://files.pythonhosted.org(/\S*attrs-23)", r"http://1.2.3.4\1"),
    ("poetry.lock", r"(\n\[metadata\]\nlock)", rf'\n[package.source]\nurl = "{EVIL}/s"\n\1'),
    ("pdm.lock", 'file = "attrs-23.2.0.tar.gz', f'url = "{EVIL}/attrs-23.2.0.tar.gz'),
    ("Pipfile.lock", "https://pypi.org/simple", f"{EVIL}/simple"),
    ("Pipfile.lock", r'("attrs": {)', r'\1 "git": "https://github.com/e/a.git",'),
    ("requirements.txt", r"\A", f"--extra-index-url {EVIL}/simple\n"),
    ("requirements.txt", r"\A", f"-i{EVIL}/simple\n"),
    ("requirements.txt", r"\A", f"--index-url \\\\\n  {EVIL}/simple\n"),
    ("requirements.txt", r"\A", "--trusted-host evil.example\n"),
    ("requirements.txt", "attrs==23.2.0", f"attrs @ {EVIL}/attrs-23.2.0.tar.gz"),
    ("requirements.txt", r"\Z", "git+https://github.com/evil/x\n"),
    ("Cargo.lock", r'("1.0.11"\n.*)rust-lang', r"\1evil"),
    ("Cargo.lock", r'("1.0.11"\nsource = ").*"', r'\1git+https://github.com/evil/itoa#abc"'),
    ("Cargo.lock", r'("1.0.11"\n)source.*\nchecksum.*\n', r"\1"),
    ("Gemfile.lock", "https://rubygems.org/", f"{EVIL}/"),
    ("Gemfile.lock", r"(  remote: https://rubygems.org/\n)", rf"\1  remote: {EVIL}/\n"),
    ("Gemfile.lock", "rails/rails.git", "evil/rails.git"),
    ("composer.lock", "repos/Seldaek/monolog", "repos/evil/monolog"),
    ("composer.lock", "https://api.github.com(/repos/Seldaek)", r"https://api.github.com.e.x\1"),
    ("composer.lock", "repos/php-fig/container", "repos/evil/container"),
)
LOSING = (
    (NPM, r'(debug-4.3.6.tgz"),\s*"integrity": "[^"]*"', r"\1"),
    (NPM, r'(debug-4.3.6.tgz",\s*"integrity": ")[^"]*', rf"\1{SHA1}"),
    (NPM, r'(debug-4.3.6.tgz",\s*"integrity": ")sha512', r"\1sha999"),
    (NPM, r'(debug-4.3.6.tgz",\s*"integrity": )"[^"]*"', r"\1null"),
    ("yarn.lock", r"(/debug/.*\n)  integrity .*\n", r"\1"),
    ("berry/yarn.lock", r'(resolution: "ansi-regex.*\n)  checksum: .*\n', r"\1"),
    ("pnpm-lock.yaml", r"(ansi-regex@5.0.1:\n)    resolution: .*\n", r"\1"),
    ("bun.lock", r'("debug@4.3.6".*), "sha512[^"]*"', r"\1"),
    ("uv.lock", ', hash = "sha256:935dc[^"]*"', ""),
    ("poetry.lock", r'(name = "idna"[\s\S]*?files = )\[[\s\S]*?\n\]', r"\1[]"),
    ("pdm.lock", '(attrs-23.2.0.tar.gz", hash = )"[^"]*"', rf'\1"md5:{"d41d8cd9" * 4}"'),
    ("requirements.txt", r"(idna==3.7) \\\n    --hash=.*\n    --hash=.*\n", r"\1\n"),
    ("Pipfile.lock", r'("attrs": {\n)\s*"hashes": \[[^]]*\],\n', r"\1"),
    ("Cargo.lock", r'("1.0.11"\nsource.*\n)checksum.*\n', r"\1"),
)
CHANGING = (
    (NPM, r'(ansi-regex-5.0.1.tgz",\s*"integrity": "sha512-)....', r"\1evil"),
    (NPM, r'(ansi-regex-5.0.1.tgz",\s*"integrity": "[^"]*)', r"\1 sha512-evilevilevil"),
    ("yarn.lock", r"(ansi-regex-5.0.1.tgz#)....", r"\1dead"),
    ("yarn.lock", r"(ansi-regex-5.0.1.*\n  integrity sha512-)....", r"\1evil"),
    ("berry/yarn.lock", r'(resolution: "ansi-regex.*\n  checksum: 10c0/)....', r"\1dead"),
    ("pnpm-lock.yaml", r"(ansi-regex@5.0.1:\n    resolution: {integrity: sha512-)....", r"\1evil"),
    ("deno.lock", r'(mod.ts": ")....', r"\1dead"),
    ("uv.lock", r'(MarkupSafe-2.1.3.tar.gz", hash = "sha256:)....', r"\1dead"),
    ("pylock.toml", r'(MarkupSafe-2.1.3.tar.gz.*sha256 = ")....', r"\1dead"),
    ("poetry.lock", r'(iniconfig-2.0.0.tar.gz", hash = "sha256:)....', r"\1dead"),
    ("requirements.txt", r"(markupsafe==2.1.3 \\\n    --hash=sha256:)....", r"\1dead"),
    ("go.sum", r"(go-spew v1.1.1 h1:)....", r"\1dead"),
    ("go.sum", r"\Z", f"github.com/google/uuid v1.6.0 h1:{'A' * 43}=\n"),
)
# Addresses that look like https://registry.npmjs.org and are not.
HOSTS = (
    EVIL,
    "http://registry.npmjs.org",
    "https://registry.npmjs.org.",
    "https://registry.npmjs.org.evil.com",
    "https://registry.npmjs.org@evil.com",
    "https://registry.npmjs.org:8443",
    "https://user:word@registry.npmjs.org",
    "https://1.2.3.4",
    "https://[::1]",
    "https://registry.npmjs.org\\\\@evil.com",
    "https://r\u0435gistry.npmjs.org",
    "https://registry.npmjs%2eorg",
    "https://registry.npmjs.org/evil",
    "https://registry.npmjs.org/evil/..",
    "https://registry.npmjs.org/%2e%2e",
    "git+https://github.com",
    "git+ssh://git@github.com/evil",
    "git@github.com:evil",
    "github:evil",
    "file:",
    "//evil.example",
    "\\u0068ttps://evil.example",
)


def edit(name: str, pattern: str, replacement: str) -> str:
    text, count = re.subn(pattern, replacement, after(name), count=1)
    assert count == 1
    return text


def assert_reported(name: str, new: str, title: str, severity: Severity) -> None:
    """See the finding with the text before, and without it."""
    old = before(name)
    for known in (True, False):
        found = find(name, old, new, known=known)
        assert found
        for finding in found:
            assert finding.title.startswith(title)
            assert (finding.severity, finding.confidence) == (severity, Confidence.HIGH)
            assert (finding.category, finding.origin) == ("security", Origin.RULE)
            assert_on_a_shown_line(change(name, old, new), finding)


def assert_on_a_shown_line(file: ChangedFile, finding: Finding) -> None:
    number = finding.start_line
    lines = [line for hunk in file.hunks for line in hunk.lines]
    if finding.side is Side.OLD:
        assert number in {line.old for line in lines if line.kind is LineKind.REMOVED}
    else:
        assert number in {line.new for line in lines}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("known", [True, False])
def test_an_ordinary_update_is_quiet(name: str, known: bool) -> None:  # noqa: FBT001
    old, new = before(name), after(name)

    assert find(name, old, new, known=known) == ()
    assert find(name, new, old, known=known) == ()
    if known:
        assert rule.compare(change(name, old, new), old).is_checked()


@pytest.mark.parametrize("name", [name for name in NAMES if name != "Gemfile.lock"])
def test_a_new_file_with_the_public_registry_is_quiet(name: str) -> None:
    assert find(name, "", after(name)) == ()
    assert rule.compare(change(name, "", after(name)), None).is_checked()


@pytest.mark.parametrize("name", NAMES)
def test_windows_line_ends_change_nothing(name: str) -> None:
    old, new = (text.replace("\n", "\r\n") for text in (before(name), after(name)))

    assert find(name, old, new) == ()
    assert rule.compare(change(name, old, new), old).is_checked()


@faults("HD8")
@pytest.mark.parametrize(("name", "pattern", "replacement"), LEAVING)
def test_an_entry_that_leaves_its_registry_is_reported(
    name: str, pattern: str, replacement: str
) -> None:
    assert_reported(name, edit(name, pattern, replacement), LEAVES, Severity.HIGH)


@faults("HD8")
@pytest.mark.parametrize(("name", "pattern", "replacement"), LOSING)
def test_an_entry_that_loses_its_hash_is_reported(
    name: str, pattern: str, replacement: str
) -> None:
    assert_reported(name, edit(name, pattern, replacement), LOSES, Severity.MEDIUM)


@faults("HD8")
@pytest.mark.parametrize(("name", "pattern", "replacement"), CHANGING)
def test_a_hash_that_changes_without_the_version_is_reported(
    name: str, pattern: str, replacement: str
) -> None:
    assert_reported(name, edit(name, pattern, replacement), CHANGES, Severity.HIGH)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("name", [NPM, "yarn.lock"])
def test_an_address_that_only_looks_like_the_registry_is_reported(name: str, host: str) -> None:
    registry = r"https://registry.(?:npmjs.org|yarnpkg.com)(/debug)"
    new = edit(name, registry, lambda found: host + found[1])  # type: ignore[arg-type]

    assert_reported(name, new, LEAVES, Severity.HIGH)


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        ("npmjs.org/debug/-/debug-", "npmjs.org/evil/-/evil-"),
        ("npmjs.org/debug/-/debug-", "npmjs.org/debug/-/evil-"),
        ("npmjs.org/debug/-/", "npmjs.org/debug/evil/-/"),
        ("debug-4.3.6.tgz", "debug-4.3.5.tgz"),
        (r'"resolved": "https://\S*/debug/[^"]*"', '"resolved": false'),
        (r'"resolved": "https://\S*/debug/', rf'"\\u0072esolved": "{EVIL}/debug/'),
        (r'("resolved": "https://\S*/debug/[^"]*",)', rf'\1 "resolved": "{EVIL}/d.tgz",'),
        (r'(debug": {)\s*("version": "4.3.6",)\s*"resolved": "[^"]*"', rf'\1\2"resolved":"{EVIL}"'),
        (r'("version": "4.3.6",)\s*"resolved": "[^"]*"', r'\1 "resolved": "x", "link": true'),
        (r'(bug": {)(\s*)("version": "4.3.6",\s*"resolved": ").*/debug/-/debug',
         r'\1\2"name": "evil",\2\3https://registry.npmjs.org/evil/-/evil'),
        (r'(\s*)("node_modules/debug": {)',
         rf'\1"node_modules/ms": {{"version": "2.1.3", "resolved": "{EVIL}/ms-2.1.3.tgz"}},\1\2'),
    ],
)  # fmt: skip
def test_an_entry_that_is_another_package_than_it_says_is_reported(
    pattern: str, replacement: str
) -> None:
    found = find(NPM, before(NPM), edit(NPM, pattern, replacement))

    assert [finding.title.startswith(LEAVES) for finding in found] == [True]


def test_json_on_one_line_is_read_too() -> None:
    new = json.dumps(json.loads(after(NPM).replace("npmjs.org/debug", "evil.example/debug")))

    (finding,) = find(NPM, before(NPM), new)
    assert "evil.example" in finding.body


def test_a_registry_that_the_file_used_before_is_quiet_and_the_public_one_is_not() -> None:
    old, new = (
        text.replace("registry.npmjs.org", "npm.corp.example/api/npm/all")
        for text in (before(NPM), after(NPM))
    )

    assert find(NPM, old, new) == ()
    other = new.replace("npm.corp.example/api/npm/all/debug", "npm.corp.example/api/npm/evil/debug")
    public = new.replace("npm.corp.example/api/npm/all/debug", "registry.npmjs.org/debug")
    for leaving in (other, public):
        (finding,) = find(NPM, old, leaving)
        assert "`https://npm.corp.example/api/npm/all/`" in finding.body


def test_a_repository_that_the_file_used_before_may_move_to_another_commit() -> None:
    git = "git+ssh://git@github.com/debug-js/debug.git"
    old = re.sub(r"https://registry.npmjs.org/debug/[^\"]*", f"{git}#1", before(NPM))
    new = re.sub(r"https://registry.npmjs.org/debug/[^\"]*", f"{git}#2", after(NPM))

    assert find(NPM, old, new) == ()


def test_a_checksum_for_another_cache_of_yarn_is_none() -> None:
    name, checksum = "berry/yarn.lock", r'(resolution: "ansi-regex.*\n  checksum: )10c0/....'

    (finding,) = find(name, before(name), edit(name, checksum, r"\g<1>9/dead"))
    assert finding.title.startswith(LOSES)


def test_archives_of_other_hosts_than_the_repository_are_quiet_if_they_were_there_before() -> None:
    name = "composer.lock"
    for archives in ("https://gitlab.com/api/v4/projects", "https://repo.example/corp/dists"):
        old, new = (
            re.sub(r"https://api.github.com/repos/[^/]*", archives, text)
            for text in (before(name), after(name))
        )
        assert find(name, old, new) == ()


def test_a_hash_that_is_removed_alone_is_reported_where_it_was() -> None:
    new = re.sub(r'(ansi-regex-5.0.1.tgz",)\s*"integrity": "[^"]*",', r"\1", before(NPM))

    (finding,) = find(NPM, before(NPM), new)
    assert finding.side is Side.OLD
    assert '"integrity"' in finding.quote


def test_another_hash_beside_the_known_ones_is_reported_less_severely() -> None:
    name = "requirements.txt"
    more = rf"\1    --hash=sha256:{'d' * 64} \\\n"

    (finding,) = find(name, before(name), edit(name, r"(markupsafe==2.1.3 \\\n)", more))
    assert (finding.severity, finding.title[:4]) == (Severity.MEDIUM, "Hash")


def test_requirements_without_hashes_are_no_lock_file() -> None:
    assert find("requirements.txt", "a==1\n", f"a==1\nb @ {EVIL}/b.zip\n") == ()


def test_the_last_finding_counts_the_others() -> None:
    entries = {
        f"node_modules/p{n}": {"version": "1.0.0", "resolved": f"{EVIL}/p{n}/-/p{n}-1.0.0.tgz"}
        for n in range(MOST_PER_FILE + 5)
    }
    new = json.dumps({"lockfileVersion": 3, "packages": entries}, indent=2)

    found = find(NPM, '{"packages": {}}', new)
    assert len(found) == MOST_PER_FILE
    assert found[-1].body.endswith("5 more entries of this file have the same.")


@pytest.mark.parametrize(
    "path",
    ["package-lock.json", "a/npm-shrinkwrap.json", "yarn.lock", "x/pnpm-lock.yaml", "bun.lock",
     "requirements-dev.txt", "dev-requirements.txt", "requirements.lock", "pylock.toml",
     "pylock.dev.toml", "uv.lock", "Cargo.lock", "go.sum", "gems.locked", "composer.lock"],
)  # fmt: skip
def test_lock_files_are_known_by_their_name(path: str) -> None:
    assert versions.find_format(path)


@pytest.mark.parametrize(
    "path",
    ["package-lock.json/x.js", "my-package-lock.json", "yarn.lock.js", "yarn.lock\n",
     "a\n/yarn.lock", "evil\u202e/go.sum", "YARN.LOCK", "pylock.a.b.toml", "Cargo.toml", ""],
)  # fmt: skip
def test_other_names_are_no_lock_files(path: str) -> None:
    assert not versions.find_format(path)
    file = ChangedFile(path, "modified", ())
    assert rule.compare(file, None).find(Redaction()) == ()
    assert not rule.compare(file, None).is_checked()


@pytest.mark.parametrize(
    ("name", "pattern", "replacement"),
    [
        (NPM, r'("node_modules/debug": {)', r'\1 "resolved": "a", "resolved": "b",'),
        (NPM, r'("node_modules/debug": {)', r"\1 }"),
        (NPM, r'("node_modules/debug": {)', r"\1 'a': 'b',"),
        ("pnpm-lock.yaml", r"(debug@4.3.6:\n)", r"\1    <<: *evil\n"),
        ("pnpm-lock.yaml", r"(debug@4.3.6:\n    resolution: )", r"\1&a "),
        ("pnpm-lock.yaml", r"(debug@4.3.6:\n)", "\\1    a: b\u2028    c: d\n"),
        ("uv.lock", r'(name = "attrs"\n)', r'\1source.registry = "https://evil.example"\n'),
        ("Cargo.lock", r'(name = "itoa"\n)', r"\1checksum = 'a\n"),
        ("go.sum", r"\Z", "github.com/a/b v1.0.0\n"),
        ("requirements.txt", r"\Z", "--unknown-option x\n"),
        ("Gemfile.lock", r"\A", "<<<<<<< HEAD\n"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_not_checked(name: str, pattern: str, replacement: str) -> None:
    old, new = before(name), edit(name, pattern, replacement)

    assert not rule.compare(change(name, old, new), old).is_checked()


def test_a_hunk_that_does_not_show_the_package_is_not_checked() -> None:
    hunk = Hunk((
        Line(LineKind.REMOVED, 50, None, '      "integrity": "sha512-aaaaaaaaaaaa",'),
        Line(LineKind.ADDED, None, 50, '      "integrity": "sha512-bbbbbbbbbbbb",'),
        Line(LineKind.CONTEXT, 51, 51, "    },"),
    ))  # fmt: skip
    file = ChangedFile(NPM, "modified", (hunk,))

    (finding,) = rule.compare(file, None).find(Redaction())
    assert finding.title == f"{CHANGES}: an entry whose name the diff does not show"
    assert not rule.compare(file, None).is_checked()


@given(
    st.sampled_from(NAMES),
    st.lists(
        st.tuples(
            st.sampled_from(LineKind),
            st.integers(0, 40),
            st.text(st.sampled_from("{}[]\"':,=#@ \\\t-|>&?ab1\r\u2028\x00é"), max_size=30),
        ),
        max_size=30,
    ),
    st.none() | st.text('{}[]":,=\n ab', max_size=60),
)
def test_findings_in_hostile_hunks_are_on_shown_lines(
    name: str, rows: list[tuple[LineKind, int, str]], old: str | None
) -> None:
    lines = tuple(
        Line(
            kind,
            None if kind is LineKind.ADDED else number,
            None if kind is LineKind.REMOVED else number,
            text,
        )
        for kind, number, text in rows
    )
    file = ChangedFile(name, "modified", (Hunk(lines),))

    for finding in rule.compare(file, old).find(Redaction()):
        assert_on_a_shown_line(file, finding)
    assert rule.compare(file, old).is_checked() in {True, False}


@given(st.sampled_from(NAMES), st.data())
def test_findings_in_cut_and_shuffled_lock_files_are_on_shown_lines(
    name: str, data: st.DataObject
) -> None:
    lines = after(name).split("\n")
    chosen = data.draw(st.lists(st.sampled_from(lines), max_size=40))
    new = "\n".join(data.draw(st.sampled_from(chosen or [""])) for _ in chosen)
    if new == before(name):
        return
    for finding in find(name, before(name), new, known=data.draw(st.booleans())):
        assert_on_a_shown_line(change(name, before(name), new), finding)
    assert rule.compare(change(name, before(name), new), None).is_checked() in {True, False}


@given(
    st.sampled_from([NPM, "yarn.lock", "uv.lock", "pylock.toml"]),
    st.from_regex(r"[a-z]{1,12}(\.[a-z]{1,8}){1,3}\.?(:[1-9]{2,4})?", fullmatch=True),
    st.data(),
)
@settings(deadline=None)
def test_one_replaced_host_is_always_reported(name: str, host: str, data: st.DataObject) -> None:
    new = after(name)
    places = list(re.finditer(r"https://([^/\"\s]+)/[^\"\s]*\.(?:tgz|whl|gz)", new))
    place = data.draw(st.sampled_from(places))
    start, end = place.span(1)
    if host == place[1]:
        return

    found = find(name, before(name), new[:start] + host + new[end:])
    assert [finding for finding in found if finding.title.startswith(LEAVES)]


@pytest.mark.parametrize("piece", ["[", "}", '"\\', "'", "a:", "- ", "[a.b]", '"a" ', "# ", " "])
@pytest.mark.parametrize("name", NAMES)
def test_a_line_of_one_piece_again_and_again_is_read(name: str, piece: str) -> None:
    text = piece * (20_000 // len(piece))
    file = ChangedFile(name, "modified", (Hunk((Line(LineKind.ADDED, None, 1, text),)),))
    assert rule.compare(file, None).find(Redaction()) == ()
