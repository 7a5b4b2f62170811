"""Who may come in, and as what.

`roles` are Django's groups; `permissions` hold the API to them. `authentication` reads a token or
a session; `create_token` prints tokens. `backend` checks the passwords of the site and the admin,
few at a time (`hashing`), and counts the wrong ones (`failures`) by user name and by client
(`clients`); `refusals` tells people how long to wait. `passwords` is how passwords are stored,
and how a new one revokes tokens. `admin` has the pages of users, groups and tokens.
"""
