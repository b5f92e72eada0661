"""Time limits, retries, asked waits, proxies and certificates, shared by both clients."""
