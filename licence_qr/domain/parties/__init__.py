"""Who applies for a business: the applicant and an agent, their identity numbers, and what an identity card says."""
