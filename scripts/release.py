"""Checks what a release says of itself: its version, the digest that it runs, its attestations."""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
ACTION = ROOT / "action.yml"
PINNED = ROOT / "container" / "pinned.Dockerfile"
BUILT_HERE = "Dockerfile"
PLATFORMS = ("linux/amd64", "linux/arm64")
# What GitHub signs and what BuildKit puts beside each image; both say how it was built.
SLSA = "https://slsa.dev/provenance/v1"
BESIDE = (("provenance", "SLSA"), ("sbom", "SPDX"))
WORKFLOW = ".github/workflows/release.yml"
BRANCH = "refs/heads/main"

# These go into commands and refs, so they are spelled in one way only; no `$`, which would let a
# line break through, and no `\d`, which takes digits of every script.
_NUMBER = r"(?:0|[1-9][0-9]*)"
_VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}")
_REFERENCE = re.compile(r"ghcr\.io/[a-z0-9-]+/[a-z0-9._-]+@sha256:[0-9a-f]{64}")
_FROM = re.compile(r"^FROM (\S+@sha256:[0-9a-f]{64}) AS (\w+)$", re.MULTILINE)
_RUNS = re.compile(r"^  image: (.*)$", re.MULTILINE)


class ReleaseError(Exception):
    """The release cannot be made, or is not what it says."""


@dataclass(frozen=True, slots=True)
class Release:
    """A version of a repository ("owner/name") as built from one commit."""

    version: str
    repository: str
    commit: str

    @property
    def image(self) -> str:
        """Where the image lies; registries know no capital letters."""
        return f"ghcr.io/{self.repository.lower()}"


def check(version: str, *, project: str, package: str, changelog: str) -> None:
    """Raise ReleaseError unless the files' texts name this version."""
    if not _VERSION.fullmatch(version):
        raise ReleaseError(f"{version!r} is no version such as 1.2.3")
    places = {
        "pyproject.toml": (project, r'^version = "(.*)"$'),
        "reviewer/__init__.py": (package, r'^__version__ = "(.*)"$'),
        "the newest heading of CHANGELOG.md": (changelog, r"^## \[(\d.*)\] - \d{4}-\d\d-\d\d$"),
    }
    for place, (text, pattern) in places.items():
        said = re.search(pattern, text, re.MULTILINE)
        if said is None or said[1] != version:
            raise ReleaseError(
                f"{place} says {said[1] if said else 'nothing'}, the release is to be {version}"
            )


def pin(action: str, reference: str) -> str:
    """Return action.yml as it runs the published image instead of building one."""
    if not _REFERENCE.fullmatch(reference):
        raise ReleaseError(f"{reference!r} is no image such as ghcr.io/owner/name@sha256:…")
    if _RUNS.findall(action) != [BUILT_HERE]:
        raise ReleaseError(f"action.yml does not have one line `image: {BUILT_HERE}`")
    return _RUNS.sub(f"  image: docker://{reference}", action)


def pinned(text: str, name: str) -> str:
    """Return the image that a file of FROM lines gives this name."""
    found = re.findall(
        rf"^FROM (\S+@sha256:[0-9a-f]{{64}}) AS {re.escape(name)}$", text, re.MULTILINE
    )
    if len(found) != 1:
        raise ReleaseError(f"{PINNED.name} does not have one image {name!r} with a digest")
    return str(found[0])


def verify(release: Release, *, action: str, index: object, attestations: object) -> None:
    """Raise ReleaseError, naming everything that is wrong, unless tag, image and proofs agree.

    `action` is the text of the tag's action.yml, `index` what `docker buildx imagetools inspect
    --format '{{json .}}'` says of the version's image, `attestations` what `gh attestation verify
    --format json` says of the digest. Signatures are gh's to check; this is about what was signed.
    """
    problems = list(_problems(release, action, index, attestations))
    if problems:
        raise ReleaseError("\n".join(problems))


def _problems(release: Release, action: str, index: object, attestations: object) -> Iterator[str]:
    runs = _RUNS.findall(action)
    digest = _at(index, "manifest", "digest")
    if runs != [f"docker://{release.image}@{digest}"]:
        yield f"{release.image}:{release.version} is {digest}, but action.yml runs {runs}"
    platforms = [_platform(manifest) for manifest in _list(index, "manifest", "manifests")]
    for platform in PLATFORMS:
        if platforms.count(platform) != 1:
            yield f"the image has {platforms.count(platform)} builds for {platform}"
        for kind, form in BESIDE:
            if not _at(index, kind, platform, form):
                yield f"the build for {platform} has no {kind}"
    if not any(_proves(release, digest, each) for each in _list(attestations)):
        yield (
            f"no attestation says that {WORKFLOW} of {release.repository} built {digest} "
            f"from {release.commit} of its main branch"
        )


def _platform(manifest: object) -> str:
    return f"{_at(manifest, 'platform', 'os')}/{_at(manifest, 'platform', 'architecture')}"


def _proves(release: Release, digest: object, attestation: object) -> bool:
    result = _at(attestation, "verificationResult")
    home = f"https://github.com/{release.repository}"
    expected = {
        "sourceRepositoryURI": home,
        "sourceRepositoryRef": BRANCH,
        "sourceRepositoryDigest": release.commit,
        "buildSignerURI": f"{home}/{WORKFLOW}@{BRANCH}",
        "runnerEnvironment": "github-hosted",
    }
    certificate = _at(result, "signature", "certificate")
    return (
        _at(result, "statement", "predicateType") == SLSA
        and all(_at(certificate, name) == value for name, value in expected.items())
        and f"{release.image}@{digest}" in map(_subject, _list(result, "statement", "subject"))
    )


def _subject(subject: object) -> str:
    return f"{_at(subject, 'name')}@sha256:{_at(subject, 'digest', 'sha256')}"


def _at(value: object, *path: str) -> object:
    """Follow names into parsed JSON; None where it has another shape."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _list(value: object, *path: str) -> list[object]:
    found = _at(value, *path)
    return found if isinstance(found, list) else []


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    given = _parser().parse_args(arguments)
    match given.command:
        case "check":
            texts = {
                "project": ROOT / "pyproject.toml",
                "package": ROOT / "reviewer" / "__init__.py",
                "changelog": ROOT / "CHANGELOG.md",
            }
            check(given.version, **{name: path.read_text("utf-8") for name, path in texts.items()})
        case "image":
            print(pinned(PINNED.read_text("utf-8"), given.name))
        case "pin":
            ACTION.write_text(pin(ACTION.read_text("utf-8"), given.reference), "utf-8")
        case _:
            verify(
                Release(given.version, given.repository, given.commit),
                action=ACTION.read_text("utf-8"),
                index=json.loads(given.index.read_text("utf-8")),
                attestations=json.loads(given.attestations.read_text("utf-8")),
            )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="do the files name this version?").add_argument("version")
    commands.add_parser("image", help="print a pinned image").add_argument("name")
    commands.add_parser("pin", help="let action.yml run an image").add_argument("reference")
    proof = commands.add_parser("verify", help="do tag, image and attestations agree?")
    for name in ("version", "repository", "commit"):
        proof.add_argument(name)
    for name in ("index", "attestations"):
        proof.add_argument(name, type=Path)
    return parser


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except ReleaseError as error:
        sys.exit(f"release: {error}")
