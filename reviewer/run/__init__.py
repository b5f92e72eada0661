"""One run, from the event to the exit code."""
