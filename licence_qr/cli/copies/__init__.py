"""Commands that copy the register: backing up, restoring, upgrading."""
