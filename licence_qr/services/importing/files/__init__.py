"""Files of departments: their dialects, sheets, lines and cells, read piece by piece."""
