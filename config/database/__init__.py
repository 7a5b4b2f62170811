"""Django's PostgreSQL backend, with a server of the product's own where none is named."""
