"""Pages."""

from flask import Blueprint

pages = Blueprint("status_pages", __name__, url_prefix="/intake")
