"""Reads the changed files, selects those to review, and divides them into shards."""

import functools
import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reviewer.changes import diff
from reviewer.changes.diff import ChangedFile, FileChange, Line, LineKind, Unreviewable
from reviewer.config import globs
from reviewer.config.globs import Patterns
from reviewer.config.settings import Globs, Settings
from reviewer.config.shard import Shard
from reviewer.config.strict_yaml import PATH
from reviewer.ports import Forge
from reviewer.pull_request import ListedFile, PullRequest
from reviewer.review import FileReport, Status

# What the request and the context of a file cost, in lines.
_LINES_PER_FILE = 30
SHARD_NOTE = "this is the review of shard"
UNLISTED = "GitHub did not list them"
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


@dataclass(frozen=True, slots=True)
class Selection:
    """The files to review, and a report for every other one; both in the forge's order.

    `notes` are sentences for the comment about what a reader would not expect. `unread` holds the
    files with lines among the reports: rules without a model look at them. `elsewhere` lists the
    paths that the runs of other shards report.
    """

    files: tuple[ChangedFile, ...]
    reports: tuple[FileReport, ...]
    notes: tuple[str, ...] = ()
    unread: tuple[ChangedFile, ...] = ()
    elsewhere: frozenset[str] = frozenset()

    @property
    def with_lines(self) -> tuple[ChangedFile, ...]:
        """All files with lines, those to review first."""
        return self.files + self.unread

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all changed files, those to review first."""
        skipped = (report.path for report in self.reports)
        return (*(file.path for file in self.files), *skipped)


def select(files: Sequence[FileChange], config: Settings, remainder: int = 0) -> Selection:
    """Select the files to review, up to `config.max_files`.

    A file over a limit is reported as not reviewed, so that nobody takes the review for complete.
    `remainder` is the number of changed files that the forge did not list.
    """
    rules = (
        _rules_of("the workflow", config.workflow_globs),
        _rules_of(".github/code-review.yml", config.repository_globs),
    )
    chosen: list[ChangedFile] = []
    unread: list[ChangedFile] = []
    reports: list[FileReport] = []
    for file in files:
        report = _report_unreviewed(file, rules, config)
        if report is None and len(chosen) == config.max_files:
            reason = f"over max-files ({config.max_files:,})"
            report = FileReport(file.path, Status.FAILED, reason)
        if report:
            reports.append(report)
        if isinstance(file, ChangedFile):
            (unread if report else chosen).append(file)
    unlisted = _report_unlisted(remainder)
    return Selection(tuple(chosen), (*reports, *unlisted), unread=tuple(unread))


@dataclass(frozen=True, slots=True)
class _Rules:
    """The globs from one source, `author`; `include` is None when it includes everything."""

    author: str
    include: Patterns | None
    exclude: Patterns

    def reason_to_exclude(self, path: str) -> str:
        """Return why this source excludes the path, or ""."""
        if self.exclude.verdict(path):
            return f"excluded by {self.author}"
        if self.include and not self.include.verdict(path):
            return f"not included by {self.author}"
        return ""

    def reincludes(self, path: str) -> bool:
        """Whether this source re-includes the path by a "!" pattern."""
        return self.exclude.verdict(path) is False


def _rules_of(author: str, globs: Globs) -> _Rules:
    include = Patterns(globs.include) if globs.include else None
    return _Rules(author, include, Patterns(globs.exclude))


def _report_unreviewed(
    file: FileChange, rules: Sequence[_Rules], config: Settings
) -> FileReport | None:
    """Return the report of a file that is not reviewed; None for one that may be."""
    if isinstance(file, Unreviewable) and not file.failed:
        return FileReport(file.path, Status.SKIPPED, file.reason)
    if reason := next((why for rule in rules if (why := rule.reason_to_exclude(file.path))), ""):
        return FileReport(file.path, Status.SKIPPED, reason)
    if isinstance(file, Unreviewable):
        return FileReport(file.path, Status.FAILED, file.reason)
    if not any(rule.reincludes(file.path) for rule in rules) and (reason := _default_reason(file)):
        lines = len(file.changed_lines)
        return FileReport(file.path, Status.EXCLUDED, reason, unread_lines=lines)
    changed = len(file.changed_lines)
    if changed > config.max_file_lines:
        reason = f"{changed:,} changed lines, over max-file-lines ({config.max_file_lines:,})"
        return FileReport(file.path, Status.FAILED, reason)
    return None


def _default_reason(file: ChangedFile) -> str:
    """Return why our own rules, which workflow and repository can overrule, exclude a file."""
    return reason_by_path(file.path) or reason_by_content(file)


def _report_unlisted(count: int) -> tuple[FileReport, ...]:
    if count <= 0:
        return ()
    name = "1 further file" if count == 1 else f"{count:,} further files"
    return (FileReport(name, Status.FAILED, UNLISTED),)


def assign_shards(files: Iterable[ChangedFile], count: int) -> dict[str, int]:
    """Map each path to the number of its shard, from 1; every run gets the same result.

    The largest files are assigned first, each to the shard with the fewest lines so far.
    """
    loads = [(0, number) for number in range(1, count + 1)]
    owner: dict[str, int] = {}
    for file in sorted(files, key=lambda file: (-len(file.changed_lines), file.path)):
        load, number = loads[0]
        owner[file.path] = number
        heapq.heapreplace(loads, (load + len(file.changed_lines) + _LINES_PER_FILE, number))
    return owner


def select_share(selection: Selection, shard: Shard | None) -> Selection:
    """Return the shard's part of the selection; shard 1 also reports the files nobody reviews."""
    if shard is None or shard.count == 1:
        return selection
    owner = assign_shards(selection.files, shard.count)
    files = tuple(file for file in selection.files if owner[file.path] == shard.number)
    reported = {file.path for file in files} | {report.path for report in selection.reports}
    return replace(
        selection,
        files=files,
        elsewhere=frozenset(selection.paths) - reported,
        reports=selection.reports if shard.number == 1 else (),
        unread=selection.unread if shard.number == 1 else (),
        notes=(*selection.notes, f"{SHARD_NOTE} {shard}: other runs review the other files"),
    )


def read_changes(forge: Forge, pull: PullRequest, config: Settings) -> Selection:
    """Read the changed files and select those to review; every other file gets its reason.

    Raises ForgeError when the forge cannot list the changes.
    """
    # A list that shifts between two pages shows a row twice and another one not at all.
    rows = tuple(dict.fromkeys(forge.changed_files(pull)))
    raw = forge.raw_diff(pull) if diff.needs_raw_diff(rows) else None
    files = diff.reconcile(rows, raw)
    remainder = max(0, pull.changed_files - len(rows))
    return replace(select(files, config, remainder=remainder), notes=_notes(rows))


def _notes(rows: Sequence[ListedFile]) -> tuple[str, ...]:
    if not any(PATH in (row.path, row.previous_path) for row in rows):
        return ()
    return (f"the change of {PATH} takes effect after merging: the base commit's file counts",)


@functools.cache
def _patterns() -> tuple[tuple[str, Patterns], ...]:
    return globs.compile_groups(_BY_PATH)


def reason_by_path(path: str) -> str:
    """Return why the path is excluded, such as "lock file"; "" for one that people write."""
    return globs.find_group(_patterns(), path)


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
