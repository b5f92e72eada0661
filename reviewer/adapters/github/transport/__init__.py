"""One request to GitHub: how it is sent, what comes back, and what it means that nothing does."""
