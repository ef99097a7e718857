"""Lets the tests of this area share their made cells."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
