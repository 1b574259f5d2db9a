"""What is kept: tables, the one writer, the working day on disk, the journal."""
