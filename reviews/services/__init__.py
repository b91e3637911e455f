"""What other apps may call; `reviews.py` has the rules."""
