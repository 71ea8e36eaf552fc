"""What belongs to no feature: setting the desk up on the command line, and telling those who run it what is wrong."""
