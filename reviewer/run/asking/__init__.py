"""What a run asks models with: the client, the tools, and the requests of a review."""
