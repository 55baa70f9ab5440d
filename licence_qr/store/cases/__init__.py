"""The items of cases."""
