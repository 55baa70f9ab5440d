"""The QR symbol, the sheets it is printed on, and the checks before printing."""
