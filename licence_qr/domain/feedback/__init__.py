"""What citizens say of a business and of the service, the clocks that run meanwhile, and how long it is kept."""
