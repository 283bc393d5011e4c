"""Use cases, one function each: load, decide, save and emit."""
