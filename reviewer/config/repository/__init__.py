"""The repository's file, `.github/code-review.yml`: keys, YAML and mistakes."""
