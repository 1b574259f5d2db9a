"""What every agent is made of: its line to the server, what it keeps on disk, its page, its program."""
