"""Import review at the desk."""
