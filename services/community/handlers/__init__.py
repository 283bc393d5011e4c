"""The use cases: load, decide, save and emit."""
