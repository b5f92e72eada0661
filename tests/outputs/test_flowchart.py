from hypothesis import given
from hypothesis import strategies as st

from reviewer.outputs import flowchart
from tests import builders

FOUR = tuple(builders.file_report(f"{name}/x.py") for name in ("a", "b", "c"))


def test_few_folders_need_no_drawing() -> None:
    assert flowchart.render(builders.review(files=FOUR)) == ""


def test_folders_with_findings_come_first() -> None:
    found = builders.finding(path="z/y.py")
    files = (*FOUR, builders.file_report("z/y.py", found), builders.file_report("top.py"))
    assert flowchart.render(builders.review(files=files)) == (
        "```mermaid\n"
        "flowchart LR\n"
        '  pull["pull request"]\n'
        '  pull --> f0["z<br>1 file, 1 finding"]\n'
        '  pull --> f1["root folder<br>1 file"]\n'
        '  pull --> f2["a<br>1 file"]\n'
        '  pull --> f3["b<br>1 file"]\n'
        '  pull --> f4["c<br>1 file"]\n'
        "```"
    )


def test_the_rest_of_many_folders_is_counted() -> None:
    files = tuple(builders.file_report(f"f{n}/x.py") for n in range(25))
    assert '["5 other folders"]' in flowchart.render(builders.review(files=files))


@given(st.lists(st.text(min_size=1), min_size=4, max_size=8, unique=True))
def test_a_hostile_folder_stays_in_its_label(names: list[str]) -> None:
    files = tuple(builders.file_report(f"{name}/x.py") for name in names)
    drawn = flowchart.render(builders.review(files=files))
    for line in drawn.split("\n")[3:-1]:
        label = line.partition('["')[2].removesuffix('"]')
        assert not set(label.replace("<br>", "")) & set('"`[]{}()<>|;:@#&\n\r')
