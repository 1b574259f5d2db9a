"""Figures and exports, read with own read-only connections."""
