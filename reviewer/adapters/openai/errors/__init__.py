"""What it means that a model server refuses a request or sends no response."""
