"""What went wrong in a settings file, and which line to write instead."""
