"""The code of the repository and the guidelines that a batch is read with."""
