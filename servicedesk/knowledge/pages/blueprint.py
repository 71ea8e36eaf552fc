"""The blueprint that all pages of articles register with."""

from flask import Blueprint

blueprint = Blueprint("knowledge", __name__)
