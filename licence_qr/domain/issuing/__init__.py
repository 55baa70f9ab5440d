"""One application for a licence and its permits: as typed, as checked, and as issued."""
