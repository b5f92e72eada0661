"""The writes to GitHub: comments, reviews, threads, check runs, branches and pull requests."""
