"""Devices of a hall: serial lines, keypads, call pads, strips, printers, voices. Imports nothing else of ours."""
