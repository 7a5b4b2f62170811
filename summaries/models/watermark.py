"""How far the summaries of each log have got."""

from django.db import models


class LogWatermark(models.Model):
    """Up to which `id` a log is merged into its summaries. `log` is the name of its event files."""

    log = models.CharField(primary_key=True, max_length=32)
    merged_id = models.BigIntegerField(default=0)
    refreshed_at = models.DateTimeField(null=True)
    dropped_before = models.DateTimeField(
        null=True, help_text="older rows of the log are gone, but the summaries know them"
    )

    def __str__(self) -> str:
        return f"{self.log} up to {self.merged_id}"
