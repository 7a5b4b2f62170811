"""The content security policy of the pages."""

from csp.constants import SELF
from csp.decorators import csp_replace

# These pages need nothing inline, neither script nor style.
nothing_inline = csp_replace({"style-src": [SELF]})
