"""From a draft to a licence, its permits and one signed code, in one transaction."""
