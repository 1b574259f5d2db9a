"""What every page shares: files, not Python. A package, so that they are installed and found."""
