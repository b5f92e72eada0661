"""What a template of a repository can do, and that it can do nothing else."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.text import markdown
from reviewer.text.own_templates import LARGEST, Filter, OwnTemplate
from reviewer.text.template_language import TemplateError, Value, Word
from tests.faults import faults

VALUES: dict[str, Value] = {
    "title": "A *title*",
    "body": "Line one\n\nLine two",
    "rule": "",
    "severity": Word("high"),
    "number": 3,
    "also": ("a.py:1", "b.py:2"),
    "done": True,
}
FILTERS: dict[str, Filter] = {"block": markdown.block, "span": markdown.span, "code": markdown.code}


def render(source: str, **values: Value) -> str:
    template = OwnTemplate(source, VALUES, FILTERS)
    return template.render(VALUES | values, markdown.line, FILTERS)


def refuse(source: str, **values: Value) -> TemplateError:
    with pytest.raises(TemplateError) as refused:
        render(source, **values)
    return refused.value


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ severity | upper }} {{ number }}", "HIGH 3"),
        ("{% if severity == 'high' %}!{% endif %}{% if rule %}no{% endif %}", "!"),
        (
            "{% for place in also %}{{ loop.index }}. {{ place | span }}\n{% endfor %}",
            "1. `a.py:1`\n2. `b.py:2`",
        ),
        ("{{ also | join(', ') }} {{ also | length }}", "a.py:1, b.py:2 2"),
        ("{{ 'a' ~ number }}{{ ' yes' if done else ' no' }}", "a3 yes"),
        ("{{ body | block }}", "Line one\n\nLine two"),
        (
            "<details><summary>x</summary>\n\n{{ title }}\n\n</details>",
            "<details><summary>x</summary>\n\nA &#42;title&#42;\n\n</details>",
        ),
        ("{# a comment #}{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("{{ '`x`' | span }} {{ rule | block }}", "`` `x` ``"),
    ],
)
def test_a_template_uses_values_conditions_lists_and_filters(source: str, expected: str) -> None:
    assert render(source) == expected


@faults("OT4")
@pytest.mark.parametrize(
    "source",
    [
        "{% for i in range(10**9) %}x{% endfor %}",
        "{% for i in range(99999) %}x{% endfor %}",
        "{% for a in also %}" * 3 + "x" + "{% endfor %}" * 3,
        "{{ 'a' * 10**9 }}",
        "{{ 10 ** 10 ** 10 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '{:>999999999}'.format(1) }}",
        "{{ 'x' | center(10000000) }}",
        "{{ also | batch(100000000, 'x') | list }}",
        "{{ lipsum(n=100000) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set x = also %}",
        "{% for a in also recursive %}{{ loop(also) }}{% endfor %}",
        "{{ " + "(" * 4000 + "1" + ")" * 4000 + " }}",
        "{% if done %}" * 500 + "{% endif %}" * 500,
        "x" * (LARGEST + 1),
        "{% for a in also %}" + "x" * 6_000 + "{% endfor %}",
    ],
)
def test_no_template_takes_time_or_memory(source: str) -> None:
    refuse(source)


@faults("OT4")
@pytest.mark.parametrize(
    "source",
    [
        "{{ title.__class__ }}",
        "{{ title.upper }}",
        "{{ title['__class__'] }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ also | attr('__class__') }}",
        "{{ also | map(attribute='__class__') | join }}",
        "{{ also | join(',', attribute='__class__') }}",
        "{{ self }}",
        "{{ cycler }}",
        "{{ namespace() }}",
        "{% include 'summary.md.j2' %}",
        "{% import 'x' as x %}",
        "{% extends 'x' %}",
        "{{ title | safe }}",
        "{{ title | trusted }}",
        "{{ title[:1] }}",
        "{{ title | replace('a', 'b') }}",
        "{{ title | e }}",
        "{{ loop.__class__ }}",
        "{% for a in also %}{{ loop.previtem }}{% endfor %}",
        "{% filter upper %}x{% endfilter %}",
        "{% autoescape true %}x{% endautoescape %}",
        "{{ debug }}",
        "{% trans %}x{% endtrans %}",
    ],
)
def test_no_template_reaches_an_object_or_another_template(source: str) -> None:
    refuse(source)


@faults("OT4")
@pytest.mark.parametrize(
    "source",
    [
        "[x]({{ title }})",
        "![x](  {{ title }})",
        "[x]: {{ title }}",
        "<a href='{{ title }}'>x</a>",
        "<a\nhref={{ title }}>x</a>",
        "<{{ title }}>",
        "@{{ title }}",
        "#{{ title }}",
        "https://{{ title }}",
        "/{{ title }}",
        "\\{{ title }}",
        "`{{ title }}`",
        "`a b {{ title }}`",
        "{{ title }}`",
        "{{ title }}{{ body }}",
        "{{ also | join }}",
        "{{ (title ~ title) | block }}",
        "```\n{{ title }}",
        "<details>{{ title }}",
        "</details>",
        "<!-- code-review-action:state -->",
        "<!--",
        "\ue0000\ue001",
        "{{ '\ue000' }}",
    ],
)
def test_a_value_is_refused_where_it_would_mean_something_else(source: str) -> None:
    refuse(source)


HOSTILE = (
    "@octocat #1 [a](https://evil.example) ![](x) <img src=x> <!-- code-review-action:state -->\n"
    "```\n/review\n::error::x `@octocat` {{ 7*7 }} {% raw %} \ue0000\ue001 \ue0001\ue001"
)


@faults("OT4")
@pytest.mark.parametrize(
    "source",
    [
        "<!{# x #}-- code-review-action:state v=2 -->",
        "{{ '<!' ~ '-- x -->' }}",
        "{{ '\\x3c!-- x -->' }}",
        "<!{% if done %}--{% endif %} x -->",
        "<!{{ '--' }} x -->",
    ],
)
def test_no_html_comment_is_put_together_from_parts(source: str) -> None:
    assert "HTML comments" in refuse(source).what


@faults("OT4")
@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{{ '\\ue0000\\ue001' }}", "reserved"),
        ("{{ '\\ue00099\\ue001' | block }}", "reserved"),
        ("{{ '\\ue000' ~ number ~ '\\ue001' }}", "reserved"),
        ("{{ also | join('\\ue001') }}", "reserved"),
        ("{{ '\\ud800' }}", "control character"),
        ("{{ '\\x00' }}", "control character"),
        ("\0", "control character"),
        ("{{ " + "9" * 5_000 + " }}", "a number is too long"),
        ("{% for loop in also %}{{ loop.index }}{% endfor %}", "one of the lists"),
        ("</details>x<details>", "does not close all"),
        ("<details></details></details><details>", "does not close all"),
    ],
)
def test_what_nobody_can_write_or_read_is_refused(source: str, why: str) -> None:
    assert why in refuse(source).what


@faults("OT4")
@pytest.mark.parametrize(
    ("source", "line", "column", "why"),
    [
        ("x\n{{ title | length }}", 2, 12, "'length' does not know the text 'title': write '{% if"),
        ("{{ body | block | length }}", 1, 19, "does not know the text 'body'"),
        ("x\n{{ title | upper }}", 2, 12, "not the text 'title': write '{{ title }}' here"),
        ("{{ (rule or severity) | title }}", 1, 25, "not the text 'rule'"),
        ("{{ ('a' if done else title) | lower }}", 1, 31, "not the text 'title'"),
        ("{{ severity | span | capitalize }}", 1, 22, "not the text 'severity'"),
        ("{{ also | join(', ') | length }}", 1, 24, "does not know the text 'also'"),
        ("{{ also | join(', ') | upper }}", 1, 24, "not the text 'also'"),
        ("{% for a in also %}{{ a | upper }}{% endfor %}", 1, 27, "not the text 'a'"),
        ("{{ title | join(',') }}", 1, 12, "'join' is for lists (also): write '{{ title }}' here"),
        ("{{ severity | join(',') }}", 1, 15, "'join' is for lists (also): write '{{ severity }}'"),
        ("{{ 'a' | join }}", 1, 10, "'join' is for lists (also)"),
        ("x\n{{ also }}", 2, 4, "'also' is a list; write '{{ also | join(\", \") }}' or '{% for"),
        ("{{ also | block }}", 1, 4, "'also' is a list"),
        ("{{ also or 'none' }}", 1, 4, "'also' is a list"),
        ("{{ 'a' ~ also }}", 1, 10, "'also' is a list"),
        ("x\n{% for a in title %}{{ a }} {% endfor %}", 2, 13, "one of the lists (also)"),
        ("{% for a in severity %}{{ a }}{% endfor %}", 1, 13, "one of the lists (also)"),
        ("{% for a in also %}{% for b in a %}{{ b }} {% endfor %}{% endfor %}", 1, 8, "one of the"),
    ],
)
def test_what_would_show_or_change_placeholders_is_refused_with_what_to_write(
    source: str, line: int, column: int, why: str
) -> None:
    refused = refuse(source)
    assert (refused.line, refused.column) == (line, column)
    assert why in refused.what


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ severity | length }}{{ (severity ~ number) | upper }}", "4HIGH3"),
        ("{% if also and title %}{{ 'yes' if also else title }}{% endif %}", "yes"),
        (
            "{% for a in also %}{{ loop.index | upper }}{{ severity | upper }} {% endfor %}",
            "1HIGH 2HIGH",
        ),
    ],
)
def test_words_numbers_and_tests_are_as_before(source: str, expected: str) -> None:
    assert render(source) == expected


@faults("OT4")
def test_a_text_is_shown_as_in_our_own_templates_whatever_is_in_it() -> None:
    made = render("**{{ title }}** {{ body | block }}", title=HOSTILE, body=HOSTILE)
    assert made == f"**{markdown.line(HOSTILE)}** {markdown.block(HOSTILE)}".strip()


@given(st.text(), st.text())
def test_any_text_is_shown_so(title: str, body: str) -> None:
    made = render("x {{ title }} y\n{{ body | code }}\nz", title=title, body=body)
    shown = markdown.line(title) if title else ""
    code = markdown.code(body) if body else ""
    assert made == f"x {shown} y\n{code}\nz"


@given(
    st.text(alphabet=st.sampled_from("{}%#|.()[]'\"` \n~*+-aifore") | st.characters(), max_size=60)
)
def test_any_template_is_used_or_refused(source: str) -> None:
    with suppress(TemplateError):
        assert "\ue000" not in render(source)


@given(
    st.lists(
        st.sampled_from(
            [
                *("{{ title }}", "{{ body | block }}", "{% if rule %}", "{% else %}"),
                *("{% endif %}", "{% for a in also %}", "{{ a }}", "{% endfor %}"),
                *(" ", "\n", "```", "`", "<", "x"),
            ]
        ),
        max_size=12,
    )
)
def test_any_mixture_is_used_or_refused(pieces: list[str]) -> None:
    try:
        made = render("".join(pieces))
    except TemplateError:
        return
    assert "\ue000" not in made


@pytest.mark.parametrize(
    ("source", "line", "column", "word"),
    [
        ("a\nb {{ tittle }}", 2, 6, "tittle"),
        ("a\n\n  {{ title | blok }}", 3, 14, "blok"),
        ("x\n{% fore a in also %}", 2, 4, "fore"),
        ("ok\n<!-- x", 2, 1, "comments"),
        ("ok\nx {{ title.upper }}", 2, 12, "upper"),
    ],
)
def test_an_error_names_line_column_and_word(
    source: str, line: int, column: int, word: str
) -> None:
    refused = refuse(source)
    assert (refused.line, refused.column, word in refused.what) == (line, column, True)


@pytest.mark.parametrize("source", ["{{ finding.title }}", "{{ severity.title }}"])
def test_a_value_that_is_written_as_a_member_of_another_is_said_as_it_is_called(
    source: str,
) -> None:
    assert refuse(source).what == "values have no members such as 'title': write '{{ title }}'"


def test_a_list_is_cut_at_its_limit() -> None:
    many = tuple(f"f{n}" for n in range(100))
    assert render("{{ also | length }}", also=many) == "20"
