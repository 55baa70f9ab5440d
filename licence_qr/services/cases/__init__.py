"""The items of a case: opened with an application, decided by their authorities, recorded when they come back."""
