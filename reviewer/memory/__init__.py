"""What the last run left in the comment, and what of it still applies."""
