"""The doors' other side: one module for each thing outside the process."""
