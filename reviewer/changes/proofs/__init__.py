"""Proofs that the change of a file is trivial."""
