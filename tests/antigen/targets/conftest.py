"""The way to the made-up tables."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
