"""Archives of commits, as git makes them and GitHub's archive host hands them out."""

import gzip
import io
import tarfile
from collections.abc import Iterable

from tests.loopback.messages import Request, Response
from tests.loopback.state import Entry, Repository, Site, Submodule, Symlink, Tree

PREFIX = "/_codeload/"
GZIP = "application/x-gzip"


def address(site: Site, repository: Repository, sha: str) -> str:
    """Return the address of an archive, "" for a commit that nobody knows."""
    if sha not in repository.trees:
        return ""
    base = site.archive_url or site.url
    return f"{base}{PREFIX}{repository.full_name}/legacy.tar.gz/{sha}?token=EXPIRES"


def answer(site: Site, request: Request) -> Response:
    """Hand out an archive; like GitHub's, this asks for the token of the address alone."""
    owner, name, _, sha = request.path.removeprefix(PREFIX).split("/")
    repository = site.repository(f"{owner}/{name}")
    tree = repository.trees.get(sha) if repository else None
    if tree is None or request.query.get("token") != "EXPIRES":
        return Response(404, b"404: Not Found", "text/plain")
    return Response(200, pack(tree, f"{owner}-{name}-{sha[:7]}", sha), GZIP)


def pack(tree: Tree, folder: str, sha: str) -> bytes:
    """Make the archive that `git archive` makes of a tree: everything in one folder."""
    members = [tarfile.TarInfo(folder)]
    members[0].type = tarfile.DIRTYPE
    found = [(member(f"{folder}/{path}", entry), entry) for path, entry in sorted(tree.items())]
    return pack_members([(members[0], b""), *((info, _data(entry)) for info, entry in found)], sha)


def pack_members(members: Iterable[tuple[tarfile.TarInfo, bytes]], sha: str = "") -> bytes:
    """Make an archive of any members, as they are."""
    plain = io.BytesIO()
    headers = {"comment": sha} if sha else {}
    with tarfile.open(
        fileobj=plain, mode="w", format=tarfile.PAX_FORMAT, pax_headers=headers
    ) as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return gzip.compress(plain.getvalue(), 1)


def member(name: str, entry: Entry) -> tarfile.TarInfo:
    """Describe an entry; a submodule is an empty folder."""
    info = tarfile.TarInfo(name)
    info.mode = 0o664
    match entry:
        case Symlink(target):
            info.type, info.linkname = tarfile.SYMTYPE, target
        case Submodule():
            info.type = tarfile.DIRTYPE
        case bytes():
            info.size = len(entry)
    return info


def _data(entry: Entry) -> bytes:
    return entry if isinstance(entry, bytes) else b""
