"""The blueprint that all pages of incidents register with."""

from flask import Blueprint

blueprint = Blueprint("incidents", __name__)
