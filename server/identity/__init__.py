"""Who asks and what they may: the guard at the edge, the table of rights, the gate, counted tries, passes."""
