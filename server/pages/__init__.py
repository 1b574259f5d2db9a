"""What the server itself shows to browsers: the list of halls, boards, the desk, and the files they are made of."""
