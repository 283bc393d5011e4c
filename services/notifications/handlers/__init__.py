"""Use cases, one function each: one module per feature.

Those that hear an event write through the delivery's session, and call for mail; ``sending`` takes it from there.
"""
