"""What keeps passwords and tokens from being guessed.

`backend` checks the passwords of the site and the admin, few at a time (`hashing`), and counts the
wrong ones (`failures`) by user name and by client (`clients`). `refusals` tells people how long to
wait. `passwords` is how passwords are stored, and how a new one revokes tokens.
"""
