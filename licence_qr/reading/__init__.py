"""Read the texts of QR symbols in pictures and PDFs. The verifier judges what the texts say."""
