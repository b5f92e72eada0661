"""Recognises binary files by name and first bytes together; a name alone proves nothing."""

import enum
import re
from collections.abc import Mapping

LONGEST_MAGIC = 512
"""Bytes from the start of a file that are enough to identify its format."""
_ZIP = rb"PK(\x03\x04|\x05\x06)"
# Programs find a zip archive by its end, whatever is above it; the end may hold a comment.
_END_OF_ZIP = b"PK\x05\x06"
_LONGEST_END_OF_ZIP = (1 << 16) + 22
_TAR = rb".{257}ustar"
_AR = rb"!<arch>\n"
_ELF = rb"\x7fELF[\x01\x02]"
_MACH_O = rb"[\xce\xcf]\xfa\xed\xfe|\xfe\xed\xfa[\xce\xcf]|\xca\xfe\xba\xbe"

_DATA: Mapping[str, bytes] = {
    # With its first chunk: "CgBI" is that of Apple's form.
    "png apng": rb"\x89PNG\r\n\x1a\n\0\0\0[\x04\r](?:IHDR|CgBI)",
    "jpg jpeg": rb"\xff\xd8\xff[\xc0-\xff]",
    "gif": rb"GIF8[79]a",
    "bmp": rb"BM.{12}[\x28\x6c\x7c]\0\0\0",
    "ico cur": rb"\0\0[\x01\x02]\0",
    "icns": rb"icns\0",
    "webp": rb"RIFF.{4}WEBPVP8",
    "tif tiff": rb"II\*\0|MM\0\*",
    "psd": rb"8BPS\0[\x01\x02]",
    "avif heic heif mp4 m4a m4v mov 3gp": rb"\0\0..ftyp",
    "woff": rb"wOFF",
    "woff2": rb"wOF2",
    "ttf otf ttc": rb"\0\x01\0\0|true\0|OTTO\0|ttcf\0",
    "eot": rb".{8}[\x01\x02]\0\x02\0.{22}LP",
    "mp3": rb"ID3[\x02-\x04]|\xff[\xfb\xf3\xf2]",
    "ogg oga ogv opus": rb"OggS\0",
    "wav": rb"RIFF.{4}WAVE",
    "avi": rb"RIFF.{4}AVI LIST",
    "flac": rb"fLaC\0",
    "mkv webm": rb"\x1aE\xdf\xa3",
    "pdf": rb"%PDF-[12]\.",
    "sqlite sqlite3 db": rb"SQLite format 3\0",
    "parquet": rb"PAR1",
    "npy": rb"\x93NUMPY",
    "h5 hdf5": rb"\x89HDF\r\n\x1a\n",
    "arrow feather": rb"ARROW1\0\0",
    "safetensors": rb'.{3}\0{5}\{"',
    "gguf": rb"GGUF[\x01-\x09]\0\0\0",
    "mo": rb"\xde\x12\x04\x95|\x95\x04\x12\xde",
}
# Whatever is in them can be unpacked and run, or loaded; documents of offices are archives too.
_ARCHIVES: Mapping[str, bytes] = {
    "zip docx docm xlsx xlsm pptx pptm odt ods odp epub npz keras pt pth": _ZIP,
    "gz tgz svgz": rb"\x1f\x8b\x08",
    "bz2 tbz tbz2": rb"BZh[1-9]1AY&SY",
    "xz txz": rb"\xfd7zXZ\0",
    "zst": rb"\x28\xb5\x2f\xfd",
    "lz4": rb"\x04\x22\x4d\x18",
    "7z": rb"7z\xbc\xaf\x27\x1c",
    "rar": rb"Rar!\x1a\x07",
    "cab": rb"MSCF\0",
    "tar": _TAR,
}
# To load one of these is to run it; unpickling is running too.
_PROGRAMS: Mapping[str, bytes] = {
    "so o ko elf node dylib bundle": rb"(?:" + _ELF + rb"|" + _MACH_O + rb")",
    "exe dll sys ocx pyd node": rb"MZ",
    "class": rb"\xca\xfe\xba\xbe",
    "jar war ear aar apk whl egg nupkg vsix xpi": _ZIP,
    "gem": _TAR,
    "a lib deb": _AR,
    "rpm": rb"\xed\xab\xee\xdb",
    "dex": rb"dex\n0",
    "wasm": rb"\0asm",
    "pyc": rb"..\r\n",
    "pkl pickle": rb"\x80[\x02-\x05]",
}
# The end of a library's name, as in "libssl.so.3".
_VERSION = re.compile(r"(?<=\.so)(\.\d{1,8}){1,3}\Z")
_WITHOUT_SUFFIX = "elf"

# An array of Python's objects, which is loaded by unpickling; a document that may hold macros.
_ACTIVE: Mapping[str, bytes] = {
    "npy": rb"\x93NUMPY[^\n]*\|O",
    "doc xls ppt": rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
}


class Format(enum.Enum):
    """The kind of a binary file; its value is the reason to leave it out."""

    DATA = "binary"
    ARCHIVE = "archive"
    PROGRAM = "program in binary form"


_TABLES = (
    (Format.PROGRAM, _ACTIVE),
    (Format.PROGRAM, _PROGRAMS),
    (Format.ARCHIVE, _ARCHIVES),
    (Format.DATA, _DATA),
)


def identify(path: str, data: bytes) -> Format | None:
    """Return the format that the name states, if the first LONGEST_MAGIC bytes are those of it.

    Every image, font, sound, film, document or table is DATA, unless a zip archive is at its end.
    """
    kind = _identify_start(path, data[:LONGEST_MAGIC])
    is_zip = kind is Format.DATA and _END_OF_ZIP in data[-_LONGEST_END_OF_ZIP:]
    return Format.ARCHIVE if is_zip else kind


def _identify_start(path: str, start: bytes) -> Format | None:
    name = _VERSION.sub("", path.rpartition("/")[2].lower())
    stem, _, suffix = name.rpartition(".")
    suffix = suffix if stem else _WITHOUT_SUFFIX
    for kind, table in _TABLES:
        for suffixes, magic in table.items():
            if suffix in suffixes.split() and re.match(magic, start, re.DOTALL):
                return kind
    return None
