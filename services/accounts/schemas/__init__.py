"""HTTP bodies: what comes in and what goes out."""
