"""Voices: packs of recorded words, joined to one WAV without any speech program at run time."""
