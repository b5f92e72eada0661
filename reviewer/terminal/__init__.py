"""The commands of the terminal: review, replay, init and config."""
