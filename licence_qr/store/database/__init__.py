"""The register as a file: connections and transactions, the SQLite used, and its schema step by step."""
