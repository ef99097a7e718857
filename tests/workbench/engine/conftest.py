"""What the engine's tests share: jobs that worker processes can import."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # worker processes inherit it
