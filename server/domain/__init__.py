"""The rules of the hall. Standard library and contract.words only; the world comes as arguments."""
