"""What a fresh installation shows: written for it, and put in through the public API like anybody's archive."""
