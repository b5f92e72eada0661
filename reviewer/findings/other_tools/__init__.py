"""What other tools report about the change, and which of their findings are shown."""
