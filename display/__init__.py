"""The screens of the hall: files that the server mounts for any browser."""
