"""The process that holds the keys, and how the others ask it: one line of JSON each way over a Unix socket."""
