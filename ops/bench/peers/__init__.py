"""What Plenary is compared with, each installed by its name from its own registry, and run as its makers advise."""
