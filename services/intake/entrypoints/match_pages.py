"""Pages."""

from flask import Blueprint

pages = Blueprint("match_pages", __name__, url_prefix="/intake")
