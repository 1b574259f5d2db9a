"""Takes numbers: the program of the ticket machine."""
