"""A review as text, one pure module for each format."""
