"""The `plenary` command: runs the whole platform on this machine, and looks after it."""
