"""Everything that is written on the pull request."""
