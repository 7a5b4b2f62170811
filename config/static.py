"""How static files are collected for production."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # whitenoise has no types; what it extends has.
    from django.contrib.staticfiles.storage import (
        ManifestStaticFilesStorage as CompressedManifestStaticFilesStorage,
    )
else:
    from whitenoise.storage import CompressedManifestStaticFilesStorage


# An import of a neighbour, as our modules write it, and what becomes of it.
IMPORT = (
    r"""(?P<matched>import(?P<names>[^;"']+)from "(?P<url>\./[^"]+)";)""",
    'import%(names)sfrom "%(url)s";',
)


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Names that change with the content, also where one of the page's modules imports another.

    Django's own switch is for all scripts or none, and what packages ship need not get through it.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("dashboard/js/*.js", (IMPORT,)))
