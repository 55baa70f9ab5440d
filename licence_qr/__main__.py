"""Where ``licence-qr`` begins, by that name or as ``python -m licence_qr``.

Loading everything takes a moment, and Ctrl-C within it should not print a traceback. What is loaded stays to the end:
to look for garbage in it, while loading and at the end, takes a quarter of the time of a command.
"""

from __future__ import annotations

import gc
import signal


def main() -> None:
    """Load the commands and run the one that was asked for; see ``licence_qr.cli.main``."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.disable()
    from licence_qr.cli import main as commands

    gc.freeze()
    gc.enable()
    commands.main()


if __name__ == "__main__":
    main()
