"""The fonts of the paper slip, their licence and the script that cut them."""
