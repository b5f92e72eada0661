"""The reports of other runs and of other tools: read, checked, joined and published."""
