"""Reports and ratings by citizens, their time limits, and how long they are kept."""
