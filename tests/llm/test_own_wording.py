"""The repository's own wording: a template that fails costs its words, not the review."""

import pytest

from reviewer.llm.own_wording import OwnWording
from tests.faults import faults

FAILS_FOR_SEVEN = "{% if findings == 7 %}{{ 'a' < 1 }}{% endif %}Doubt it."


@faults("OT4")
def test_a_template_that_fails_with_real_values_is_ours(caplog: pytest.LogCaptureFixture) -> None:
    wording = OwnWording.of((("verify.md.j2", FAILS_FOR_SEVEN),))
    assert wording.render({"findings": (1,)})["verify"] == "Doubt it."
    assert wording.render({"findings": tuple(range(7))})["verify"] == ""
    assert "The template verify.md.j2 was not used" in caplog.text
