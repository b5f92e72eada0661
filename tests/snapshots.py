"""Snapshots as Markdown files, so that a reviewer of a change sees what people will see."""

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode


class Markdown(SingleFileSnapshotExtension):
    """One .md file for each snapshot."""

    file_extension = "md"
    _write_mode = WriteMode.TEXT
