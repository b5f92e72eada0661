"""The comment as people see it: an HTML page that looks like a pull request on GitHub."""

import html

from markdown_it import MarkdownIt

_CLASSES = {"-": "old", "+": "new"}
_STYLE = """
:root { color-scheme: light dark; --ink: #1f2328; --dim: #59636e; --line: #d1d9e0;
  --page: #ffffff; --shade: #f6f8fa; --link: #0969da; --code: #818b981f;
  --old: #82071e; --old-page: #ffebe9; --new: #116329; --new-page: #dafbe1; }
@media (prefers-color-scheme: dark) { :root { --ink: #f0f6fc; --dim: #9198a1; --line: #3d444d;
  --page: #0d1117; --shade: #151b23; --link: #4493f8; --code: #656c7633;
  --old: #ffdcd7; --old-page: #67060c; --new: #aff5b4; --new-page: #033a16; } }
body { margin: 2rem auto; max-width: 960px; padding: 0 1rem; background: var(--page);
  color: var(--ink); font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial,
  sans-serif; overflow-wrap: break-word; }
h1 { font-size: 2em; font-weight: 400; margin: 0 0 1rem; }
h1 span, .note { color: var(--dim); }
.note { margin-top: 1rem; }
article { border: 1px solid var(--line); border-radius: 6px; }
header { padding: .5rem 1rem; background: var(--shade); border-bottom: 1px solid var(--line);
  border-radius: 6px 6px 0 0; color: var(--dim); }
header b { color: var(--ink); }
main { padding: 1rem; }
main > :first-child { margin-top: 0; }
main > :last-child { margin-bottom: 0; }
h2, h3, h4 { font-weight: 600; line-height: 1.25; margin: 1.5rem 0 1rem; }
h2 { font-size: 1.5em; padding-bottom: .3em; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.25em; }
h4 { font-size: 1em; }
p, ul, ol, pre, table, details, blockquote { margin: 0 0 1rem; }
ul, ol { padding-left: 2em; }
li + li { margin-top: .25em; }
a { color: var(--link); }
code, pre { font: 12px/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { padding: .2em .4em; border-radius: 6px; background: var(--code); }
pre { padding: 1rem; overflow: auto; border-radius: 6px; background: var(--shade); }
pre code { padding: 0; background: none; }
pre .old { color: var(--old); background: var(--old-page); }
pre .new { color: var(--new); background: var(--new-page); }
blockquote { padding: 0 1em; color: var(--dim); border-left: .25em solid var(--line); }
table { border-collapse: collapse; display: block; max-width: 100%; overflow: auto; }
th, td { padding: 6px 13px; border: 1px solid var(--line); text-align: left; }
tr:nth-child(2n) { background: var(--shade); }
summary { cursor: pointer; }
sub { color: var(--dim); }
"""


def render(title: str, comment: str, note: str) -> str:
    """Render the page of a pull request called `title` with one comment; `note` is below it."""
    body = MarkdownIt("gfm-like", {"highlight": _colour}).render(comment)
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{html.escape(title)}</title>
<style>{_STYLE}</style>
<h1>{html.escape(title)} <span>#2</span></h1>
<article>
<header><b>github-actions</b> [bot] commented</header>
<main>
{body}
</main>
</article>
<p class="note">{html.escape(note)}</p>
</html>
"""


def _colour(code: str, language: str, _attributes: str) -> str:
    """Return the HTML of a diff in GitHub's colours; "" leaves another code block as it is."""
    if language != "diff":
        return ""
    lines = (
        f'<span class="{_CLASSES.get(line[:1], "")}">{html.escape(line)}</span>'
        for line in code.splitlines()
    )
    return "\n".join(lines)
