"""The steps of an application, from the trade to what was issued."""
