"""The tests. A package, because libraries bring folders of this name too and the first one found would win."""
