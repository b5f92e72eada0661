"""Markdown, invisible characters, truncation and templates; knows nothing of reviews."""
