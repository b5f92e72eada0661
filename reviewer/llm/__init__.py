"""Prompts out, replies in; tools, budget and model catalogue."""
