"""One file = one deed. `table.py` names them all."""
