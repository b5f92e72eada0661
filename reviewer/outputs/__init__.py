"""The review as files, annotations, check run and step outputs."""
