"""Hall files: reading, checking, the document that is stored, what a new one changes, and showing it."""
