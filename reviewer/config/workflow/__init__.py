"""The inputs of the workflow step."""
