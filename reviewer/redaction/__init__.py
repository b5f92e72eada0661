"""Secrets: the run's own, and those in the diff."""
