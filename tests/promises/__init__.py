"""What paihao promises, proven: runs of faults, judged from a history file against the database."""
