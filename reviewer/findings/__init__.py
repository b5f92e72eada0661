"""Where a finding is placed, whether it survives, and which findings are shown."""
