"""Writes a report for programs as JSON that stays data wherever it is put."""

import json


def write(value: object) -> str:
    """Write a document in ASCII; a page that takes it in finds no tag in it."""
    # The characters stand in texts only, so that the escape means the same.
    return json.dumps(value, indent=2).replace("<", "\\u003c") + "\n"
