"""The unchanged code of the repository: found, chosen, and remembered as shown."""
