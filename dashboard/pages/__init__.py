"""The dashboard page, and the ways in and out."""
