"""Time limits and retries that both clients share."""
