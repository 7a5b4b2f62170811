"""The catalogue: what can be offered, where, and with how much money.

`models` are what event files and the admin upsert by id, and what the log refers to. `admin_base`
is what admin pages of any catalogue entity share: ids that never change once created, and errors
that only the database can find. `admin` has the pages.
"""
