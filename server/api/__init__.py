"""The HTTP endpoints, thin, one file per audience: parse, establish who asks, hand to the writer, answer."""
