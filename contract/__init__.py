"""What crosses the wire: words, commands, replies and cards. Imports nothing of ours."""
