"""What the front (licence_qr.front) is handed: the application, its lanes, its refusals."""
