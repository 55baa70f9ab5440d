"""The staff's pages, a room for each capability."""
