"""Lockfiles: which entries leave their registry, or lose or change their hash."""
