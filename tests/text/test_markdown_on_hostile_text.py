"""Whatever text is neutralised, a renderer makes prose and code of it, and nothing that acts."""

from hypothesis import given
from hypothesis import strategies as st

from reviewer.text import invisible, markdown
from tests.rendered_markdown import FRAME_TAGS, MENTION, RENDERERS, Page, assert_inert

WORDS = r"""
    @org/team @a &commat;x &amp;commat;x &#64;x &#x40;x &ZeroWidthSpace;@a a@b.co @dependabot·merge
    ![a](http://x/?q=1) <img·src=//x> ![a][r] [r]:·http://x [t](https://x?y=1) [t](<http://x>·"t")
    [t][r] [r] <https://x> https://x.co www.x.co mailto:a@b.co ftp://x javascript:x [^1] [^1]:·x
    <script> </p> <details·open> <!-- --> <!- - <! <?x <![CDATA[ ]]> &lt;b> &amp;lt;b>
    code-review-action <!--·code-review-action·name=default·v=1·--> <!--·code-review-action:state
    /approve fixes·#1 Closes:·o/r#2 resolved·https://github.com/o/r/issues/1 bors·r+ GH-12 #3 o/r#4
    ` `` ``` ```` ~ ~~~ ```mermaid ```suggestion ~~~math $ $$ \ \` \[ \< | |-|-| a|b :- :-:
    # ## ####### = === - -- --- * ** *** _ __ ___ + 1. 12) 2024. 1234567890. > >> [x] [·] [!NOTE]
    ( ) [ ] ! & ; : / // :// [31m word
    __init__ a_b x
    """
# "·" is a space inside of a word.
ATOMS = st.sampled_from([word.replace("·", " ") for word in WORDS.split()])
SIGNS = st.sampled_from("\u202e\u200b\u00ad\x1b\0\r\x0b\u2028\u00a0\u0301\u0338\u1fef\uff20\xe9")
GLUE = st.sampled_from(["", "", " ", " ", "\n", "\n", "\n\n", "\t", "    ", "\n  ", "\n    "])
HOSTILE = st.lists(st.one_of(ATOMS, GLUE, ATOMS, SIGNS, st.characters()), max_size=25).map("".join)


@given(HOSTILE)
def test_a_neutralised_block_holds_nothing_live_and_ends_where_it_ends(text: str) -> None:
    shown = markdown.block(text)

    assert_inert(shown)
    for render in RENDERERS:
        assert render(f"{shown}\n\nSENTINEL") == render(shown) + "<p>SENTINEL</p>\n"
    assert markdown.block(shown) == shown


@given(HOSTILE)
def test_a_neutralised_line_stays_in_its_table_cell(text: str) -> None:
    shown = markdown.line(text)

    for frame in ("| a | b |\n| - | - |\n| {} | END |", "{}", "- {}", "a\n{}", "**High** {} (END)"):
        assert_inert(frame.format(shown), FRAME_TAGS)
    for render in RENDERERS:
        page = Page(render(f"| a | b |\n| - | - |\n| {shown} | END |"))
        assert page.tags.count("td") == 2
        assert page.text.split()[-1] == "END"
        assert Page(render(f"{shown}\n\nEND")).tags.count("p") == 1 + bool(shown)
    assert markdown.line(shown) == shown


@given(HOSTILE, st.sampled_from(["", "python", "mermaid", "suggestion", "a\nb", "`x", "math"]))
def test_fenced_code_shows_each_of_its_characters_and_closes(text: str, language: str) -> None:
    shown = markdown.code(text, language)

    for render in RENDERERS:
        page = Page(render(f"{shown}\n\nSENTINEL"))
        assert page.tags == ["pre", "code", "p"]
        expected = invisible.drop(text).removesuffix("\n")
        assert page.text.replace("\u200b", "") == f"{expected}\n\nSENTINEL\n"
    assert not MENTION.search(shown)


@given(HOSTILE)
def test_a_span_shows_a_path_as_it_is_in_a_table_cell_too(text: str) -> None:
    shown = markdown.span(text)

    for render in RENDERERS:
        page = Page(render(f"| a | b |\n| - | - |\n| x{shown}x | END |"))
        assert set(page.tags) <= {"table", "thead", "tbody", "tr", "th", "td", "code"}
        assert page.tags.count("td") == 2
    assert not MENTION.search(shown)
