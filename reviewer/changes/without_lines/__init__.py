"""Changed files whose rows show no lines: what is in them, or why nobody can tell."""
