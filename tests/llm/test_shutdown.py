"""A model that ends soon is announced, and nothing else is."""

from datetime import date, timedelta

import pytest

from reviewer.llm import model_catalog

TODAY = date(2026, 11, 24)


def test_a_model_that_ends_within_sixty_days_is_named_with_its_day() -> None:
    said = model_catalog.shutdown_warning("gpt-5", date(2026, 12, 11), TODAY)
    assert "gpt-5 will be shut down on 2026-12-11" in said


@pytest.mark.parametrize("ends", [None, TODAY + timedelta(days=61)])
def test_a_model_without_a_shutdown_date_is_not_mentioned(ends: date | None) -> None:
    assert model_catalog.shutdown_warning("gpt-5", ends, TODAY) == ""


def test_a_model_past_its_day_is_named_too() -> None:
    assert "was to be shut down" in model_catalog.shutdown_warning("gpt-5", TODAY, TODAY)
