"""Commands, one group a feature: `flask people`, `flask kb`, `flask suggestions`, `flask jobs`."""

from flask import Flask


def register(app: Flask) -> None:
    """Add all commands to the application."""
