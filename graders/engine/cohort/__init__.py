"""What an instructor has: a cohort, from what the LMS exported to the gradebook."""
