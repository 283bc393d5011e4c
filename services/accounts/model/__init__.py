"""The rules of membership, pure: time, ids and secrets come in as arguments, decisions return events."""
