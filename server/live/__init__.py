"""What screens are told: who watches what, cards, and messages after the commit."""
