"""Cases: what a business needs on the day of its application, one item each, and where every item stands."""
