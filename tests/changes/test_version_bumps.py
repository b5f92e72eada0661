"""Which changes of manifests are small version bumps, and what an author could try beside them."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reviewer.changes.proofs import trivial
from reviewer.changes.proofs.trivial import Proof
from tests.changes.proofs import prove

PACKAGE = """{
  "name": "shop",
  "version": "1.2.3",
  "scripts": {"build": "build 1.2.3"},
  "packageManager": "pnpm@9.1.0",
  "engines": {"node": ">=18.1.0"},
  "dependencies": {
    "@scope/left": "^1.2.3",
    "other": "git+https://example.com/x#1.2.3",
    "alias": "npm:evil@1.2.3"
  },
  "devDependencies": {"right": "~2.0.1"},
  "overrides": {"right": "2.0.1"}
}
"""
COMPOSER = """{
    "require": {"php": "8.1.0", "acme/pay": "^1.2.3"},
    "require-dev": {"acme/test": "1.2.3"},
    "config": {"platform": {"php": "8.1.0"}}
}
"""
CARGO = """[package]
name = "shop"
version = "1.2.3"

[dependencies]
serde = "1.0.1"
tokio = { version = "1.2.3", features = ["full"] }
mine = { version = "1.2.4", git = "https://example.com/x" }

[target.'cfg(unix)'.dependencies]
libc = "0.2.1"

[patch.crates-io]
serde = "1.0.1"
"""
PYPROJECT = """[build-system]
requires = ["hatchling==1.2.3"]

[project]
version = "1.2.3"
dependencies = [
  "requests==2.31.0",
  "evil @ https://example.com/x-2.31.0.zip",
]

[project.optional-dependencies]
test = ["pytest>=8.1.0; python_version > '3.8'"]

[tool.poetry.dependencies]
python = "^3.9.1"
flask = "^3.0.1"
"""
REQUIREMENTS = "--index-url https://example.com/1.2.3\nrequests[socks]==2.31.0\npip>=24.1 # tools\n"
REQUIREMENTS += "tomli==0.9.1 ; python_version < '3.8'\nattrs==23.1.0  # since 1.0.0\n"
HASHED = "requests==2.31.0 \\\n    --hash=sha256:abc\nurllib3==1.26.0 --hash=sha256:abc\n"
GO_MOD = """module example.com/shop

go 1.21.1

require example.com/one v1.2.3

require (
\texample.com/two v1.2.3
\texample.com/three v0.2.3 // indirect
)

replace (
\texample.com/two v1.2.3 => example.com/evil v1.2.3
)
"""
GEMFILE = 'source "https://example.com/1.2.3"\ngem "rails", "~> 7.1.2"\nruby "3.2.1"\n'
POM = """<project>
  <version>1.2.3</version>
  <dependencies>
    <dependency>
      <groupId>org.a</groupId>
      <artifactId>b</artifactId>
      <version>1.2.3</version>
    </dependency>
  </dependencies>
</project>
"""
BUMPS = [
    ("package.json", PACKAGE, '"^1.2.3"', '"^1.3.0"'),
    ("web/package.json", PACKAGE, '"~2.0.1"', '"~2.0.10"'),
    ("composer.json", COMPOSER, '"^1.2.3"', '"^1.2.4"'),
    ("composer.json", COMPOSER, 'test": "1.2.3"', 'test": "1.9.0"'),
    ("Cargo.toml", CARGO, '[dependencies]\nserde = "1.0.1"', '[dependencies]\nserde = "1.0.2"'),
    ("Cargo.toml", CARGO, 'tokio = { version = "1.2.3"', 'tokio = { version = "1.3.0"'),
    ("Cargo.toml", CARGO, 'libc = "0.2.1"', 'libc = "0.2.2"'),
    ("pyproject.toml", PYPROJECT, "requests==2.31.0", "requests==2.32.1"),
    ("pyproject.toml", PYPROJECT, "pytest>=8.1.0", "pytest>=8.2.0"),
    ("pyproject.toml", PYPROJECT, "^3.0.1", "^3.1.0"),
    ("requirements.in", REQUIREMENTS, "2.31.0", "2.32.0"),
    ("requirements.txt", REQUIREMENTS, "2.31.0", "2.32.0"),
    ("requirements-dev.txt", REQUIREMENTS, "24.1 #", "24.2 #"),
    ("tests/test_requirements.txt", REQUIREMENTS, "0.9.1 ;", "0.9.2 ;"),
    ("requirements/dev.txt", REQUIREMENTS, "2.31.0", "2.32.0"),
    ("go.mod", GO_MOD, "one v1.2.3", "one v1.2.4"),
    (
        "go.mod",
        GO_MOD,
        "require (\n\texample.com/two v1.2.3",
        "require (\n\texample.com/two v1.3.0",
    ),
    ("go.mod", GO_MOD, "v0.2.3 //", "v0.2.9 //"),
    ("Gemfile", GEMFILE, "~> 7.1.2", "~> 7.1.3"),
    ("Gemfile", "# It's Ruby.\ngem 'a', '1.2.3'\ngem \"b\", require: 'b'\n", "1.2.3", "1.2.4"),
    ("go.mod", "require (\n\ta.com/b v1.2.3\n) // (These.)\n", "v1.2.3", "v1.2.4"),
    ("pom.xml", POM, "</artifactId>\n      <version>1.2.3", "</artifactId>\n      <version>1.2.4"),
]
NO_BUMPS = [
    # Larger steps, steps back, other forms of a version.
    ("package.json", PACKAGE, '"^1.2.3"', '"^2.0.0"'),
    ("package.json", PACKAGE, '"^1.2.3"', '"^1.2.2"'),
    ("package.json", PACKAGE, '"^1.2.3"', '"1.2.4"'),
    ("package.json", PACKAGE, '"^1.2.3"', '"^1.2.4-evil.0"'),
    ("package.json", PACKAGE, '"^1.2.3"', '"^1.2.4+evil"'),
    ("package.json", PACKAGE, '"^1.2.3"', '"^1.2.4.1"'),
    ("package.json", PACKAGE, '"^1.2.3"', '"^1.2.04"'),
    ("package.json", PACKAGE, '"^1.2.3"', '"^1.2.9999999"'),
    ("package.json", PACKAGE, '"^1.2.3"', '"latest"'),
    ("package.json", PACKAGE, '"^1.2.3"', '"https://example.com/1.2.4"'),
    ("Cargo.toml", CARGO, 'libc = "0.2.1"', 'libc = "0.3.0"'),
    # What is no dependency, or one from elsewhere.
    ("package.json", PACKAGE, '"version": "1.2.3"', '"version": "1.2.4"'),
    ("package.json", PACKAGE, "build 1.2.3", "build 1.2.4"),
    ("package.json", PACKAGE, "pnpm@9.1.0", "pnpm@9.1.1"),
    ("package.json", PACKAGE, ">=18.1.0", ">=18.2.0"),
    ("package.json", PACKAGE, "x#1.2.3", "x#1.2.4"),
    ("package.json", PACKAGE, "evil@1.2.3", "evil@1.2.4"),
    ("package.json", PACKAGE, '{"right": "2.0.1"}', '{"right": "2.0.2"}'),
    ("composer.json", COMPOSER, 'require": {"php": "8.1.0"', 'require": {"php": "8.1.1"'),
    ("composer.json", COMPOSER, 'platform": {"php": "8.1.0"', 'platform": {"php": "8.1.1"'),
    ("Cargo.toml", CARGO, 'version = "1.2.3"\n\n', 'version = "1.2.4"\n\n'),
    ("Cargo.toml", CARGO, 'version = "1.2.4", git', 'version = "1.2.5", git'),
    ("Cargo.toml", CARGO, 'io]\nserde = "1.0.1"', 'io]\nserde = "1.0.2"'),
    ("pyproject.toml", PYPROJECT, "hatchling==1.2.3", "hatchling==1.2.4"),
    ("pyproject.toml", PYPROJECT, 'version = "1.2.3"', 'version = "1.2.4"'),
    ("pyproject.toml", PYPROJECT, "x-2.31.0", "x-2.31.1"),
    ("pyproject.toml", PYPROJECT, "^3.9.1", "^3.9.2"),
    ("pyproject.toml", PYPROJECT, "'3.8'", "'3.9'"),
    ("go.mod", GO_MOD, "go 1.21.1", "go 1.21.2"),
    ("go.mod", GO_MOD, "evil v1.2.3", "evil v1.2.4"),
    ("go.mod", GO_MOD, "\texample.com/two v1.2.3 =>", "\texample.com/two v1.2.4 =>"),
    ("go.mod", GO_MOD, "one v1.2.3", "one v1.2.4-0.20260101000000-abcdefabcdef"),
    ("Gemfile", GEMFILE, "com/1.2.3", "com/1.2.4"),
    ("Gemfile", GEMFILE, "3.2.1", "3.2.2"),
    ("Gemfile", '<<E\ngem "a", "1.2.3"\nE\n', "1.2.3", "1.2.4"),
    ("pom.xml", POM, "<project>\n  <version>1.2.3", "<project>\n  <version>1.2.4"),
    ("pom.xml", POM.replace("<dependency>", "<!-- <dependency>"), "1.2.3<", "1.2.4<"),
    # More than the version.
    ("package.json", PACKAGE, '"@scope/left": "^1.2.3"', '"@scope/1eft": "^1.2.4"'),
    ("package.json", PACKAGE, '"^1.2.3",\n', '"^1.2.4",\n    "more": "1.0.0",\n'),
    ("package.json", PACKAGE, '"^1.2.3",\n', '"^1.2.4", "@scope/left": "1.2.4",\n'),
    ("package.json", PACKAGE, '"devDependencies"', '"dependencies"'),
    ("Cargo.toml", CARGO, 'version = "1.2.3", features', 'version = "1.2.4", path'),
    ("requirements.txt", REQUIREMENTS, "example.com/1.2.3", "example.com/1.2.4"),
    ("requirements.txt", REQUIREMENTS, "3.8", "3.9"),
    ("requirements.txt", REQUIREMENTS, "since 1.0.0", "since 1.0.1"),
    ("Cargo.toml", f"# since 1.0.0\n{CARGO}", "since 1.0.0", "since 1.0.1"),
    ("pyproject.toml", "[tool.a]\npython = 3.1\n", "3.1", "3.10"),
    ("package.json", '{"a": 3.1}\n', "3.1", "3.10"),
    ("requirements.txt", HASHED, "2.31.0", "2.32.0"),
    ("requirements.txt", HASHED, "1.26.0", "1.26.1"),
    ("requirements.txt", "-r base-1.2.3.txt\n", "1.2.3", "1.2.4"),
    ("requirements.txt", "a @ https://example.com/a-1.2.3.zip\n", "1.2.3", "1.2.4"),
    ("requirements.txt", "git+https://example.com/a@v1.2.3\n", "1.2.3", "1.2.4"),
    # Names of packages, of their parts and of modules that look like versions.
    ("requirements.txt", "v1.2==2.0.0\n", "v1.2", "v1.3"),
    ("requirements.txt", "a[1.2]==2.0.0\n", "1.2", "1.3"),
    ("pyproject.toml", '[project]\ndependencies = ["1.2==2.0.0"]\n', "1.2", "1.3"),
    ("pyproject.toml", '[project]\ndependencies = ["a[1.2]==2.0.0"]\n', "1.2", "1.3"),
    ("pyproject.toml", PYPROJECT.replace("python =", "Python ="), "^3.9.1", "^3.9.2"),
    ("go.mod", "require a.com/v1.2/b v1.0.0\n", "v1.2", "v1.3"),
    ("go.mod", "require (\n\ta.com/1.2 v1.0.0\n)\n", "1.2", "1.3"),
    # Blocks in a form that gofmt does not write, and strings of many lines.
    ("go.mod", "require (\n )\nexclude  (\n\ta.com/b v1.2.3\n)\n", "v1.2.3", "v1.2.4"),
    ("go.mod", "require (\nexclude  (\n\ta.com/b v1.2.3\n)\n", "v1.2.3", "v1.2.4"),
    ("go.mod", "require (\n)\nexclude (\n\ta.com/b v1.2.3\n)\n", "v1.2.3", "v1.2.4"),
    ("Gemfile", "run \"\ngem 'a', '1.2.3'\n\"\n", "1.2.3", "1.2.4"),
    ("Gemfile", "run ?\", \"\ngem 'a', '1.2.3'\n\"\n", "1.2.3", "1.2.4"),
    ("Gemfile", "run 'a\"b', \"'\ngem 'a', '1.2.3'\n\"\n", "1.2.3", "1.2.4"),
    # Files of other kinds.
    ("requirements.txt.in.py", REQUIREMENTS, "2.31.0", "2.32.0"),
    ("requirements.md", REQUIREMENTS, "2.31.0", "2.32.0"),
    ("docs/on-requirements-list.py", REQUIREMENTS, "2.31.0", "2.32.0"),
    ("package-lock.json", PACKAGE, '"^1.2.3"', '"^1.3.0"'),
    (".github/workflows/package.json", PACKAGE, '"^1.2.3"', '"^1.3.0"'),
    (".github/workflows/ci.yml", "- uses: a/b@v1.2.3\n", "1.2.3", "1.2.4"),
    ("Dockerfile", "FROM a:1.2.3\n", "1.2.3", "1.2.4"),
    ("setup.py", "install_requires=['a==1.2.3']\n", "1.2.3", "1.2.4"),
]


def bump(path: str, text: str, old: str, new: str) -> tuple[str, str]:
    assert text.count(old) >= 1
    return text, text.replace(old, new, 1)


@pytest.mark.parametrize(("path", "text", "old", "new"), BUMPS)
def test_a_small_step_of_a_dependency_is_trivial(path: str, text: str, old: str, new: str) -> None:
    assert prove(path, *bump(path, text, old, new)) is Proof.VERSIONS


@pytest.mark.parametrize(
    ("path", "text", "old", "new"),
    [*NO_BUMPS, *((path, text.replace(old, new, 1), new, old) for path, text, old, new in BUMPS)],
)
def test_a_step_back_and_anything_else_in_a_manifest_are_not_trivial(
    path: str, text: str, old: str, new: str
) -> None:
    assert prove(path, *bump(path, text, old, new)) is None


@pytest.mark.parametrize("path", ["package.json", "pyproject.toml", "pom.xml"])
def test_white_space_and_comments_of_a_manifest_are_not_trivial(path: str) -> None:
    assert prove(path, "{}\n", "{} \n") is None
    assert prove(path, "# a b c\n", "# a b d\n") is None


@given(st.sampled_from(BUMPS), st.data())
def test_a_character_more_beside_the_version_is_never_trivial(
    known: tuple[str, str, str, str], data: st.DataObject
) -> None:
    path, text, old, new = known
    before, after = bump(path, text, old, new)
    at = data.draw(st.integers(0, len(after)))
    token = data.draw(st.text(string.printable, min_size=1, max_size=3))
    stop = at + data.draw(st.integers(0, 3))
    altered = after[:at] + token + after[stop:]
    # Digits may make another version of it that is a small step too.
    assume(not token.isdigit())
    assume(altered not in {before, after})
    assume(altered.rstrip("\n") != after.rstrip("\n"))
    assert prove(path, before, altered) is None


@pytest.mark.parametrize("path", ["package.json", "pyproject.toml", "Cargo.toml", "composer.json"])
@pytest.mark.parametrize("opening", ["[", '{"a":', "a = [", "a.", "a.\n", "[a]\n", "9", "a=1\n"])
def test_deeply_nested_manifests_prove_nothing(path: str, opening: str) -> None:
    text = opening * (trivial.LARGEST_TEXT // len(opening) - 9)
    assert prove(path, f'{text}"1.2.3"\n', f'{text}"1.2.4"\n') is None


def test_two_members_of_one_name_prove_nothing() -> None:
    twice = '{"dependencies": {"a": "1.2.3", "a": "1.2.3"}}\n'
    assert prove("package.json", twice, twice.replace("1.2.3", "1.2.4", 1)) is None
    assert prove("package.json", twice, twice.replace('"1.2.3"}', '"1.2.4"}', 1)) is None
