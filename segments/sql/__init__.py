"""The triggers of segments, and what drops them."""
