"""The lines, related code and guidelines that a batch is read with."""
