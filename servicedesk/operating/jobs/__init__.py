"""Background work: what is swept, and how any job is run."""
