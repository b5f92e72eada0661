"""Changes in, review out: asks the model about every change."""
