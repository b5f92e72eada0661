"""Makes the pictures of README: the comment of the demo, as GitHub shows it, light and dark.

Needs headless Chromium. Beside the pictures stays the text that they show, without what differs
between two runs; a test compares it with the demo of today.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
SHOWN = ROOT / "docs" / "images" / "comment.md"
BUILD = ROOT / "build" / "demo"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_WIDTH, _HEIGHT, _SCALE = 900, 720, 2
# The page follows the reader's system; a picture has to be one or the other.
_BY_SYSTEM = "@media (prefers-color-scheme: dark)"
_THEMES = {"light": ("not all", "light"), "dark": ("all", "dark")}
_CROPPED = f"""
:root {{ color-scheme: THEME; }}
body {{ margin: 0; max-width: none; padding: 16px; height: {_HEIGHT - 32}px; overflow: hidden; }}
h1, .note {{ display: none; }}
body::after {{ content: ""; position: fixed; left: 0; right: 0; bottom: 0; height: 90px;
  background: linear-gradient(transparent, var(--page)); }}
"""
_VARYING = (
    (re.compile(r"^<!--.*-->\n?", re.MULTILINE), ""),
    (re.compile(r"(?<=\bat )[0-9a-f]{7}\b"), "COMMIT"),
    (re.compile(r"· (?:\d+ min )?\d+(?:\.\d+)? s\b"), "· TIME"),
    (re.compile(r"https?://127\.0\.0\.1:\d+"), "http://ADDRESS"),
)


def without_what_varies(comment: str) -> str:
    """Return the text of a comment that is the same in every run of the demo."""
    for pattern, replacement in _VARYING:
        comment = pattern.sub(replacement, comment)
    return comment.strip() + "\n"


def main() -> int:
    """Run the demo, and write both pictures and the text."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        print(f"None of {', '.join(_BROWSERS)} is installed.", file=sys.stderr)
        return 1
    subprocess.run(
        [sys.executable, str(ROOT / "demo" / "run.py")], check=True, stdout=subprocess.DEVNULL
    )
    page = (BUILD / "comment.html").read_text("utf-8")
    SHOWN.parent.mkdir(exist_ok=True)
    for theme in _THEMES:
        _take(browser, _in_theme(page, theme), SHOWN.with_name(f"comment-{theme}.png"))
    SHOWN.write_text(without_what_varies((BUILD / "comment.md").read_text("utf-8")), "utf-8")
    return 0


def _in_theme(page: str, theme: str) -> str:
    media, scheme = _THEMES[theme]
    style = _CROPPED.replace("THEME", scheme)
    return page.replace(_BY_SYSTEM, f"@media {media}").replace("</style>", f"{style}</style>")


def _take(browser: str, page: str, picture: Path) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "page.html")
        file.write_text(page, "utf-8")
        options = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
        size = f"--window-size={_WIDTH},{_HEIGHT}"
        subprocess.run(
            [
                *(browser, *options, size, f"--force-device-scale-factor={_SCALE}"),
                *(f"--user-data-dir={folder}/profile", f"--screenshot={picture}", file.as_uri()),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


if __name__ == "__main__":
    sys.exit(main())
