"""The changed files and their hunks: which are reviewed, and in which batches and shards."""
