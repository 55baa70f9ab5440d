"""Where ``licence-qr`` begins, by that name or as ``python -m licence_qr``.

Loading a command takes a moment, and Ctrl-C within it should not print a traceback. What is loaded stays to the end:
to look for garbage in it, while loading and at the end, takes a quarter of the time of a command. While the
command runs, garbage is looked for, see ``licence_qr.cli.main``.
"""

from __future__ import annotations

import gc
import signal


def main() -> None:
    """Load the command that was asked for, and run it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.disable()
    from licence_qr.cli import main as commands

    try:
        commands.main()
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
