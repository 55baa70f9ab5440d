"""Which numbers were given: versions of codes, and the marks that outlive the register."""
