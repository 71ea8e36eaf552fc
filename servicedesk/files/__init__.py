"""Bytes that people upload: written, synced and sniffed; stored under random names."""
