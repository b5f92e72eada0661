"""Which pull requests are reviewed, and who may dismiss and pause."""
