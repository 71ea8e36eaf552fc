"""How long a test waits for what the product promises within a time: the promise, and what a busy machine adds.

What hangs without the promise hangs for longer than this. The promised times themselves are sums of settings.
"""

ANSWER_S = 3.0 + 3.0  # Log-in with a directory that is slow or silent.
CHANGE_FOUND_S = 5.0 + 15.0  # A published article is found.
