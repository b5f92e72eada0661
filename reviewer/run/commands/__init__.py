"""Commands in comments, other than those that start a review."""
