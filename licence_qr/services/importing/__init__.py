"""Importing the departments' exports: every row accounted for, what does not fit reviewed by a person."""
