"""The time that files are stamped with: never the clock's, so that the same run gives the same bytes."""

from __future__ import annotations

import datetime
import os
from typing import Final

__all__ = ["moment", "stamp"]

FIXED: Final = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


def _when() -> datetime.datetime:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC) if epoch.isdigit() else FIXED


def moment() -> str:
    """Give the stamp of JSON and XML: SOURCE_DATE_EPOCH where it is set, else 2000-01-01."""
    return _when().strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp() -> bytes:
    """Give the stamp of transport files, as ``01JAN00:00:00:00``."""
    return _when().strftime("%d%b%y:%H:%M:%S").upper().encode("ascii")
