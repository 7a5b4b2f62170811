"""What keeps passwords and tokens from being guessed.

`passwords` is how passwords are stored, and how a new one revokes tokens.
"""
