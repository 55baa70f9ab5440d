"""The QR symbol and the sheets it is printed on, with the checks made before anything is printed."""
