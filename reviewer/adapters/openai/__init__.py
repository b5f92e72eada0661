"""Any OpenAI-compatible model server, over the openai client."""
