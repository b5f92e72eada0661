"""What a mistake in a setting is called, and what to write instead, in either place of settings."""
