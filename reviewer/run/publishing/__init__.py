"""What a run says: while it goes on, with its review, and at its end."""
