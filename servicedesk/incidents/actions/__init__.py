"""What people do with incidents: file, answer, work on, resolve. The caller commits."""
