"""Sign the combined record as the next version of a code, and the checks before every grant."""
