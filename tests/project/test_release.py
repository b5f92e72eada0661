"""What must hold before a tag names a release: version, digest and signed provenance agree."""

import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts import release
from scripts.release import Release, ReleaseError
from tests.faults import faults
from tests.refusals import refusal

ROOT = Path(__file__).parents[2]
ACTION = (ROOT / "action.yml").read_text("utf-8")

DIGEST, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64
COMMIT = "c" * 40
RELEASE = Release("1.2.3", "Owner/code-review-action", COMMIT)
IMAGE = "ghcr.io/owner/code-review-action"
HOME = "https://github.com/Owner/code-review-action"
PINNED = release.pin(ACTION, f"{IMAGE}@{DIGEST}")

# As buildx and gh print them; only what is looked at.
INDEX: dict[str, Any] = {
    "name": f"{IMAGE}:1.2.3",
    "manifest": {
        "digest": DIGEST,
        "manifests": [
            {"platform": {"architecture": "amd64", "os": "linux"}},
            {"platform": {"architecture": "arm64", "os": "linux"}},
            {"platform": {"architecture": "unknown", "os": "unknown"}},
        ],
    },
    "provenance": {
        "linux/amd64": {"SLSA": {"buildDefinition": {}}},
        "linux/arm64": {"SLSA": {"buildDefinition": {}}},
    },
    "sbom": {
        "linux/amd64": {"SPDX": {"SPDXID": "SPDXRef-DOCUMENT"}},
        "linux/arm64": {"SPDX": {"SPDXID": "SPDXRef-DOCUMENT"}},
    },
}
ATTESTATION: dict[str, Any] = {
    "attestation": {"bundle": {}},
    "verificationResult": {
        "signature": {
            "certificate": {
                "sourceRepositoryURI": HOME,
                "sourceRepositoryRef": "refs/heads/main",
                "sourceRepositoryDigest": COMMIT,
                "buildSignerURI": f"{HOME}/.github/workflows/release.yml@refs/heads/main",
                "runnerEnvironment": "github-hosted",
            }
        },
        "statement": {
            "predicateType": "https://slsa.dev/provenance/v1",
            "subject": [{"name": IMAGE, "digest": {"sha256": "a" * 64}}],
        },
    },
}


def verify(
    action: str = PINNED, index: object = INDEX, attestations: object = (ATTESTATION,)
) -> None:
    given = list(attestations) if isinstance(attestations, tuple) else attestations
    release.verify(RELEASE, action=action, index=index, attestations=given)


def with_value(value: object, *path: str | int, of: dict[str, Any]) -> dict[str, Any]:
    """Return a copy with another value at the end of the path."""
    changed = copy.deepcopy(of)
    place: Any = changed
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return changed


@faults("CO9")
def test_a_tag_whose_digest_image_and_attestation_agree_is_a_release() -> None:
    assert refusal(verify, ReleaseError) == ""


@faults("CO9")
@pytest.mark.parametrize(
    ("action", "index"),
    [
        (release.pin(ACTION, f"{IMAGE}@{OTHER}"), INDEX),
        (PINNED, with_value(OTHER, "manifest", "digest", of=INDEX)),
        (release.pin(ACTION, f"ghcr.io/somebody/code-review-action@{DIGEST}"), INDEX),
        (PINNED.replace(f"@{DIGEST}", ":1.2.3"), INDEX),
        (ACTION, INDEX),
        (PINNED + f"  image: docker://{IMAGE}@{OTHER}\n", INDEX),
        (PINNED, {}),
    ],
    ids=[
        "the tag has another digest",
        "the registry's name was moved",
        "the image of somebody else",
        "the image by its name",
        "an image that every run builds",
        "a second image",
        "no answer of the registry",
    ],
)
def test_a_tag_and_an_image_that_differ_are_no_release(action: str, index: object) -> None:
    with pytest.raises(ReleaseError, match=r"but action\.yml runs"):
        verify(action, index)


CERTIFICATE = ("verificationResult", "signature", "certificate")
STATEMENT = ("verificationResult", "statement")


@faults("CO9")
@pytest.mark.parametrize(
    "attestations",
    [
        (),
        None,
        {},
        ({},),
        *(
            (with_value(value, *path, of=ATTESTATION),)
            for value, *path in (
                (f"{HOME}-fork", *CERTIFICATE, "sourceRepositoryURI"),
                ("refs/heads/feature", *CERTIFICATE, "sourceRepositoryRef"),
                ("d" * 40, *CERTIFICATE, "sourceRepositoryDigest"),
                (
                    f"{HOME}/.github/workflows/ci.yml@refs/heads/main",
                    *CERTIFICATE,
                    "buildSignerURI",
                ),
                ("self-hosted", *CERTIFICATE, "runnerEnvironment"),
                ("https://spdx.dev/Document", *STATEMENT, "predicateType"),
                ("b" * 64, *STATEMENT, "subject", 0, "digest", "sha256"),
                ("ghcr.io/owner/another", *STATEMENT, "subject", 0, "name"),
                ([], *STATEMENT, "subject"),
            )
        ),
    ],
    ids=[
        "none",
        "no answer",
        "another shape",
        "empty",
        "of another repository",
        "of another branch",
        "of another commit",
        "by another workflow",
        "on another machine",
        "of something else",
        "of another digest",
        "of another image",
        "of nothing",
    ],
)
def test_an_image_without_the_workflows_attestation_is_no_release(
    attestations: object,
) -> None:
    with pytest.raises(ReleaseError, match="no attestation says"):
        verify(attestations=attestations)


@faults("CO9")
@pytest.mark.parametrize(
    ("index", "problem"),
    [
        (with_value([], "manifest", "manifests", of=INDEX), "0 builds for linux/arm64"),
        (
            with_value(INDEX["manifest"]["manifests"][:1] * 2, "manifest", "manifests", of=INDEX),
            "2 builds for linux/amd64",
        ),
        (with_value({}, "provenance", "linux/arm64", of=INDEX), "linux/arm64 has no provenance"),
        (with_value({}, "sbom", "linux/amd64", of=INDEX), "linux/amd64 has no sbom"),
    ],
)
def test_an_image_without_both_builds_and_their_papers_is_no_release(
    index: object, problem: str
) -> None:
    with pytest.raises(ReleaseError, match=problem):
        verify(index=index)


@faults("CO9")
@pytest.mark.no_run("about a release, not a run of the action")
@pytest.mark.process
def test_the_command_fails_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    script = shutil.copy(ROOT / "scripts" / "release.py", tmp_path / "scripts")
    (tmp_path / "action.yml").write_text(PINNED, "utf-8")
    (tmp_path / "index.json").write_text(json.dumps(INDEX), "utf-8")
    given = (RELEASE.version, RELEASE.repository, RELEASE.commit)

    def run_verification(attestations: object) -> tuple[int, str]:
        (tmp_path / "proof.json").write_text(json.dumps(attestations), "utf-8")
        done = subprocess.run(
            [sys.executable, str(script), "verify", *given, "index.json", "proof.json"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stderr

    assert run_verification([ATTESTATION]) == (0, "")
    code, said = run_verification([])
    assert code == 1
    assert said.startswith("release: no attestation says")


FILES = {
    "project": '[project]\nname = "x"\nversion = "1.2.3"\n',
    "package": '"""Text."""\n\n__version__ = "1.2.3"\n',
    "changelog": "## [Unreleased]\n\n## [1.2.3] - 2026-11-24\n\n## [1.2.2] - 2026-11-01\n",
}


def test_a_version_that_every_file_names_can_be_released() -> None:
    assert refusal(lambda: release.check("1.2.3", **FILES), ReleaseError) == ""


@faults("CO9")
@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("project", 'version = "1.2.4"\n', "pyproject.toml says 1.2.4"),
        ("package", '__version__ = "1.2.2"\n', "__init__.py says 1.2.2"),
        ("changelog", "## [Unreleased]\n", "CHANGELOG.md says nothing"),
        (
            "changelog",
            "## [1.3.0] - 2026-11-25\n\n## [1.2.3] - 2026-11-24\n",
            "CHANGELOG.md says 1.3.0",
        ),
    ],
)
def test_a_version_that_a_file_does_not_name_is_refused(name: str, text: str, problem: str) -> None:
    with pytest.raises(ReleaseError, match=problem):
        release.check("1.2.3", **{**FILES, name: text})


@faults("CO9")
@pytest.mark.parametrize(
    "version",
    [
        *("", "1", "1.2", "v1.2.3", "01.2.3", "1.2.3-rc.1", "1.2.3.4", "latest", "../1.2.3"),
        *("1.2.3\n", "1.2.3\nimage=evil", "1.2.3 --help", "-1.2.3", "1.2.3;id", "$(id)"),
        *("1.2.\u0663", "\uff11.2.3", "1.2.3\u202e", "1.2.3:refs/heads/main"),
    ],
)
def test_what_is_no_plain_version_is_refused_even_if_the_files_name_it(version: str) -> None:
    files = {name: text.replace("1.2.3", version) for name, text in FILES.items()}

    with pytest.raises(ReleaseError, match="is no version"):
        release.check(version, **files)


def test_the_published_image_takes_the_place_of_the_dockerfile_and_of_nothing_else() -> None:
    before, after = ACTION.splitlines(), PINNED.splitlines()

    assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == [
        ("  image: Dockerfile", f"  image: docker://{IMAGE}@{DIGEST}")
    ]


@faults("CO9")
@pytest.mark.parametrize(
    "reference",
    [
        IMAGE,
        f"{IMAGE}:1.2.3",
        f"{IMAGE}:1.2.3@{DIGEST}",
        f"{IMAGE}@{DIGEST[:-1]}",
        f"{IMAGE}@{DIGEST.upper()}",
        f"{IMAGE}@{DIGEST}\n",
        f"{IMAGE}@{DIGEST}\n  args: [evil]",
        f"ghcr.io/owner/../evil@{DIGEST}",
        f"docker.io/owner/code-review-action@{DIGEST}",
        f"ghcr.io.evil.example/owner/code-review-action@{DIGEST}",
        f"{IMAGE}@",
        "",
    ],
)
def test_only_a_digest_in_our_registry_is_pinned(reference: str) -> None:
    with pytest.raises(ReleaseError, match="is no image"):
        release.pin(ACTION, reference)


def test_an_action_that_is_pinned_already_is_not_pinned_again() -> None:
    with pytest.raises(ReleaseError, match="does not have one line"):
        release.pin(PINNED, f"{IMAGE}@{OTHER}")


@pytest.mark.parametrize(
    "text", ["", "FROM python:3.13-slim AS python\n", f"FROM a@{DIGEST} AS python\n" * 2]
)
def test_a_build_starts_from_one_image_with_a_digest(text: str) -> None:
    with pytest.raises(ReleaseError, match="does not have one image 'python'"):
        release.pinned(text, "python")
