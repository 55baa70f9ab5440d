"""Pictures and PDFs in, the text of the QR symbols on them out. What the text says is for the verifier to judge."""
