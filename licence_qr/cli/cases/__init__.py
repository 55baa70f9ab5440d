"""Commands on the items of cases."""
