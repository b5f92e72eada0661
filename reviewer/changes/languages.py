"""Finds by a file's name the languages that its code can have."""

# Suffixes of one language: code can move between such files without another form.
_CODE = (
    "js mjs cjs jsx ts mts cts tsx vue svelte",
    "py pyi pyx pyw pth",
    "c h cc hh cpp hpp cxx hxx m mm inl",
    "java kt kts groovy gradle scala",
    "sh bash zsh ksh fish command",
    "ps1 psm1 psd1 bat cmd vbs wsf",
    "rb rake gemspec",
    "php phtml inc",
    "pl pm",
    "go",
    "rs",
    "cs",
    "swift",
    "lua",
    "r",
    "ex exs",
    "sql",
    "tf",
)
_MARKUP = ("html htm xhtml svg xml", "yml yaml json toml", "ipynb")
# GitHub knows these by another name; it knows all other suffixes below by themselves.
_HIGHLIGHTED_AS = {
    "mjs": "js", "cjs": "js", "mts": "ts", "cts": "ts",
    "pyi": "py", "pyx": "cython", "pyw": "py",
    "h": "c", "hh": "cpp", "hpp": "cpp", "cxx": "cpp", "hxx": "cpp", "m": "objc", "mm": "objc",
    "kts": "kotlin", "kt": "kotlin", "gradle": "groovy",
    "ksh": "sh", "command": "sh", "psm1": "powershell", "psd1": "powershell", "ps1": "powershell",
    "cmd": "bat", "vbs": "vbscript", "rake": "rb", "gemspec": "rb", "phtml": "php", "inc": "php",
    "pm": "perl", "pl": "perl", "exs": "elixir", "ex": "elixir", "htm": "html", "xhtml": "html",
    "svg": "xml", "tf": "hcl", "ipynb": "json",
}  # fmt: skip
_NAMES = {suffix: group for group in (*_CODE, *_MARKUP) for suffix in group.split()}
# No other module asks for these; GitHub highlights them.
_OTHERS = frozenset(["css", "scss", "sass", "less", "md", "proto", "graphql", "dart", "zig", "ini"])
_PROGRAMS = frozenset(suffix for group in _CODE for suffix in group.split())


def read_suffix(path: str) -> str:
    """Return what follows the last dot of the name, in small letters; "" for a name without."""
    stem, _, suffix = path.rpartition("/")[2].rpartition(".")
    return suffix.lower() if stem else ""


def find_language(path: str) -> str:
    """Return a name for the language of a file, the suffix where it is not known."""
    suffix = read_suffix(path)
    return _NAMES.get(suffix, suffix)


def highlight_name(path: str) -> str:
    """Return the word by which GitHub highlights code of a file, "" where it is not known."""
    suffix = read_suffix(path)
    return _HIGHLIGHTED_AS.get(suffix, suffix) if suffix in _NAMES or suffix in _OTHERS else ""


def is_program(path: str) -> bool:
    """Return True if the name is one of a file that an interpreter or compiler reads."""
    return read_suffix(path) in _PROGRAMS


def may_share_code(one: str, other: str) -> bool:
    """Return True if files of both names can hold the same code; those without suffix hold any."""
    first, second = find_language(one), find_language(other)
    return first == second or not first or not second
