"""Tables that later steps of the schema added, one module a capability."""
