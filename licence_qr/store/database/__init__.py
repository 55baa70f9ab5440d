"""The register file: connections, transactions, the SQLite binding, and the steps of the schema."""
