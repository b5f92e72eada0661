"""Settings: their types, those that the workflow and the file share, and which value applies."""
