"""What measures speed, memory and ranking. `make bench` runs all; tables and JSON go to benchmarks/results/."""
