"""Excludes files that nobody writes by hand, in any repository, by their path or content."""

import functools

from reviewer.changes.diff import ChangedFile, Line, LineKind
from reviewer.config.globs import Patterns

LONGEST_LINE = 5_000
"""Characters of an added line; people do not write longer lines."""
_MARKERS = ("@generated", "DO NOT EDIT")
# Generators put the marker at the top; further down the words mean something else.
_LAST_MARKED_LINE = 20

_BY_PATH = {
    "lock file": """
        *.lock *.lockb *.lockfile *.lock.hcl *.lock.json cabal.project.freeze
        conda-lock.yml gems.locked go.sum go.work.sum npm-shrinkwrap.json package-lock.json
        Package.resolved Cartfile.resolved pnpm-lock.yaml pylock.toml pylock.*.toml
    """,
    "vendored": """
        vendor/ node_modules/ bower_components/ jspm_packages/ third_party/ Pods/
        Carthage/Checkouts/ Godeps/_workspace/ .yarn/releases/ .yarn/plugins/ .yarn/cache/
    """,
    "minified": "*.min.js *.min.mjs *.min.cjs *.min.css *-min.js *-min.css",
    "source map": "*.js.map *.mjs.map *.cjs.map *.ts.map *.css.map",
    "snapshot": "__snapshots__/ *.snap *.ambr",
    "generated": """
        dist/ *.egg-info/ PKG-INFO __generated__/ *.generated.* *.gen.go zz_generated.*.go
        *.pb.go *.pb.gw.go *.pb.cc
        *.pb.h *.pb.swift *.pb.dart *.pbjson.dart *_pb.js *_pb.d.ts *_pb2.py *_pb2.pyi
        *_pb2_grpc.py *.g.dart *.freezed.dart *.g.cs *.g.i.cs *.[Dd]esigner.cs .pnp.cjs
        .pnp.loader.mjs
    """,
    "binary": """
        *.png *.jpg *.jpeg *.gif *.bmp *.ico *.icns *.webp *.avif *.heic *.tif *.tiff *.psd
        *.woff *.woff2 *.ttf *.otf *.eot *.mp3 *.mp4 *.m4a *.ogg *.wav *.flac *.avi *.mov *.mkv
        *.webm *.zip *.tar *.gz *.tgz *.bz2 *.xz *.zst *.7z *.rar *.jar *.war *.whl *.pdf *.doc
        *.docx *.xls *.xlsx *.ppt *.pptx *.odt *.exe *.dll *.so *.so.* *.dylib *.a *.o *.obj
        *.lib *.class *.pyc *.wasm *.bin *.db *.sqlite *.sqlite3 *.parquet *.npy *.npz *.pkl
        *.pickle *.onnx *.safetensors *.h5
    """,
    "image": "*.svg",
}


@functools.cache
def _patterns() -> tuple[tuple[str, Patterns], ...]:
    return tuple((reason, Patterns(tuple(globs.split()))) for reason, globs in _BY_PATH.items())


def reason_by_path(path: str) -> str:
    """Return why the path is excluded, such as "lock file"; "" for one that people write."""
    return next((reason for reason, globs in _patterns() if globs.verdict(path)), "")


def reason_by_content(file: ChangedFile) -> str:
    """Return why the content is excluded, such as "generated"; "" for one that people write."""
    if any(
        len(line.text) > LONGEST_LINE for line in file.changed_lines if line.kind is LineKind.ADDED
    ):
        return f"line longer than {LONGEST_LINE:,} characters (minified or generated)"
    signed = any(_is_signed_by_generator(line, file.status) for line in file.hunks[0].lines)
    return "generated" if signed else ""


def _is_signed_by_generator(line: Line, status: str) -> bool:
    """Whether the line is a generator's marker at the top of the file.

    A marker that the change adds applies only to a new file: otherwise a change could add it to an
    existing file to escape the review.
    """
    number = line.new if status == "added" else line.old
    return (
        number is not None
        and number <= _LAST_MARKED_LINE
        and any(marker in line.text for marker in _MARKERS)
    )
