"""What every page stands in: errors, security, languages, templates, forms, words, navigation. It imports no page."""
