"""Pages."""

from flask import Blueprint

pages = Blueprint("form_pages", __name__, url_prefix="/intake")
