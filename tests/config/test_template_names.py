"""A file in the folder of templates that replaces none of ours gets the name that was meant."""

import pytest

from reviewer.config import template_parts


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("findings.md.j2", "finding.md.j2"),
        ("finding.j2", "finding.md.j2"),
        ("finding.jinja2", "finding.md.j2"),
        ("severity.md.j2", "severities.md.j2"),
        ("summary.md.j2", ""),
        ("comment.md.j2", ""),
    ],
)
def test_only_a_name_that_is_like_another_one_is_asked_for(name: str, meant: str) -> None:
    problem = template_parts.check(f"templates/{name}", b"x")
    assert problem
    assert ("Did you mean" in problem.what) == bool(meant)
    assert f"`{meant}`" in problem.what or not meant
    assert "There are: rules.md.j2" in problem.what
