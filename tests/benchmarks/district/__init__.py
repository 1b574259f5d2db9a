"""Many halls on one machine: what they are, what people do in them, and what that costs."""
