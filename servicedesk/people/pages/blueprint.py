"""The blueprint that all pages of this feature belong to."""

from flask import Blueprint

blueprint = Blueprint("people", __name__)
