"""The rules, pure: what a message is and may become, when it is due, and whether it is still wanted."""
