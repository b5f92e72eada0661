"""The Actions runner and the terminal: log, annotations, outputs, job summary."""
