"""What whoever looks after a server wants to know of it: figures, log lines, whether it can serve."""
