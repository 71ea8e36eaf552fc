"""Proofs on the running product: what it promises holds while its processes die, its index breaks and its database is locked."""
