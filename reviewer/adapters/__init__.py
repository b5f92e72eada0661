"""The doors to the outside: what the core reaches through its ports, and the runner."""
