"""Which function or class is found around a line, in which language."""

from hypothesis import given
from hypothesis import strategies as st

from reviewer.context.code.outline import Block, Outline

PYTHON = '''\
import x

class Till:
    """Counts."""

    @cached
    def pay(
        self,
        price,
    ) -> int:
        """Pays."""
        if price:

            give(
                1,
            )
# out of line
        return 2

    def close(self):
        return 1
'''
KERNEL = (
    "static int\npay(int a,\n    int b)\n{\n\tif (a) {\n\t\tgoto out;\n\t}\nout:\n\treturn 1;\n}\n"
)
CXX = "class Till : Base {\npublic:\n  void pay(int x) {\n#ifdef A\n    go(x);\n#endif\n  }\n};\n"
GO = "// Pay pays.\nfunc (t *Till) Pay() {\n\tif err := x(); err != nil {\n\t\treturn\n\t}\n}\n"
SCRIPT = "class A {\n  render() {\n    return x(\n      1,\n    );\n  }\n}\nconst f = (a) => {\n}\n"
RUBY = "module M\n  class A\n    def pay\n      1\n    end\n  end\nend\n"
WORKFLOW = "jobs:\n  test:\n    steps:\n      - run: x\n        type: y\n"


def outline(text: str) -> Outline:
    return Outline(text.split("\n"))


def test_python_is_outlined_through_blank_lines_calls_and_stray_comments() -> None:
    found = outline(PYTHON)
    assert found.block(15) == found.block(18) == found.block(7) == Block(7, 18)
    assert found.block(21) == Block(20, 21)
    assert found.block(1) is None


def test_headers_come_from_the_innermost_outwards() -> None:
    assert outline(PYTHON).headers([18]) == (7, 3)


def test_a_head_has_its_decorators_all_its_lines_and_the_docstring() -> None:
    found = outline(PYTHON)
    assert found.introduction(7, PYTHON.split("\n")) == (7, 6, 8, 9, 10, 11)
    assert found.introduction(3, PYTHON.split("\n")) == (3, 4)


def test_a_brace_on_its_own_line_and_a_label_end_no_function() -> None:
    found = outline(KERNEL)
    assert found.block(9) == Block(2, 10)
    assert found.headers([9]) == (2,)


def test_preprocessor_lines_and_access_labels_end_no_class() -> None:
    found = outline(CXX)
    assert found.block(5) == Block(3, 7)
    assert found.headers([5]) == (3, 1)


def test_go_receivers_and_the_comment_above_belong_to_the_head() -> None:
    found = outline(GO)
    assert found.block(4) == Block(2, 6)
    assert found.introduction(2, GO.split("\n")) == (2, 1)


def test_methods_and_arrow_functions_are_definitions_and_calls_are_not() -> None:
    found = outline(SCRIPT)
    assert found.block(4) == Block(2, 6)
    assert found.headers([4]) == (2, 1)
    assert found.block(8) == Block(8, 9)


def test_ruby_ends_with_end() -> None:
    assert outline(RUBY).block(4) == Block(3, 5)
    assert outline(RUBY).headers([4]) == (3, 2, 1)


def test_data_has_no_definitions_and_all_its_keys_are_headers() -> None:
    found = outline(WORKFLOW)
    assert found.block(5) is None
    assert found.headers([5]) == (4, 3, 2, 1)


def test_tabs_and_carriage_returns_change_nothing() -> None:
    assert outline(GO.replace("\n", "\r\n")).block(4) == Block(2, 6)


def test_a_file_without_indentation_has_no_blocks() -> None:
    assert outline("a\nb\nc").block(2) is None
    assert outline("a\nb\nc").headers([1, 2, 3, 9]) == ()


def test_a_staircase_is_walked_once() -> None:
    stairs = "\n".join(" " * n + "def a():" for n in range(200))
    found = outline(stairs)
    assert len(found.headers(range(1, 201))) == 199


pieces = st.sampled_from(
    [
        "def f():",
        "class A {",
        "}",
        "{",
        "  ",
        "\t",
        "x = 1",
        "end",
        "@a",
        "#if",
        "out:",
        ") {",
        "\r",
    ]
)


@given(st.lists(st.lists(pieces, max_size=4).map("".join), max_size=30))
def test_any_text_has_an_outline(lines: list[str]) -> None:
    found = Outline(lines)
    for number in range(-1, len(lines) + 2):
        block = found.block(number)
        assert block is None or 1 <= block.start < block.end <= len(lines)
        for header in found.headers([number]):
            assert all(1 <= line <= len(lines) for line in found.introduction(header, lines))
