"""The use cases. Each takes the actor and the instant as arguments and raises typed errors; no Flask and no SQL."""
