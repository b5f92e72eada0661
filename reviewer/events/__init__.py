"""What GitHub sent, and what it asks for."""
