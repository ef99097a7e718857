"""The way to the made-up rows."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
