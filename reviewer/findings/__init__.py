"""Where a finding is placed, what the verification does to it, and which findings are shown."""
