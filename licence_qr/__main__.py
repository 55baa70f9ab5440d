"""``python -m licence_qr``: the same as ``licence-qr``, where the folder of programs is not on the path."""

from licence_qr.cli_start import main

if __name__ == "__main__":
    main()
