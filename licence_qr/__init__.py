"""licence_qr: one application, two permits, one signed QR code, one page (一码通行)."""

__version__ = "0.1.0"
