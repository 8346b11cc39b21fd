"""The core leaves nothing to the Hub: releases can be imported where huggingface_hub is not installed."""

import subprocess
import sys


def test_releases_imports_without_the_hub_extra() -> None:
    program = "import sys; sys.modules['huggingface_hub'] = None; import releases"
    subprocess.run([sys.executable, "-c", program], check=True)
