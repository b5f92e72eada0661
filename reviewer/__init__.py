"""Reviews a pull request with a language model and keeps one comment about it up to date."""

__version__ = "0.1.0"
