"""The devices of every hall of the district, and what they show."""

AGENT, DISPLAY = "W", "B"  # looks after every window; speaks in every zone


def token_of(device: str) -> str:
    """Known before, so that a day begins at once."""
    return f"district-token-of-{device}"
