"""Showing texts that come from elsewhere."""

import re

CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # Unicode's category Cc


def printable(text: object) -> str:
    r"""The text without what a terminal would obey and no encoding can hold: \x1b instead.

    The latter are bytes of a file's name that are no UTF-8.
    """
    encodable = str(text).encode(errors="backslashreplace").decode()
    return CONTROL_CHARACTERS.sub(lambda found: f"\\x{ord(found[0]):02x}", encodable)
