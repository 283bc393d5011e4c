"""Secrets, passwords and signatures: what needs randomness, keys or a processor, and so cannot be in the model."""
