"""Where ``licence-qr`` begins, by that name or as ``python -m licence_qr``.

Loading everything takes a moment, and Ctrl-C within it should not print a traceback.
"""

from __future__ import annotations

import signal


def main() -> None:
    """Load the commands and run the one that was asked for; see ``licence_qr.cli.main``."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from licence_qr.cli import main as commands

    commands.main()


if __name__ == "__main__":
    main()
