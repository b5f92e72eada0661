"""Time limits, retries and the waits that servers ask for, shared by both clients."""
