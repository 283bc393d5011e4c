"""The rules, pure: no await, no clock, no driver."""
