"""The parties of applications: sealing their identity numbers, showing them masked, and each look at a whole one."""
