"""The doors to the outside: every client, file and stream is behind one of them."""
