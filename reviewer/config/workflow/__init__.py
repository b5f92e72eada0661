"""What the workflow sets: the inputs of its step, and if comments start it."""
