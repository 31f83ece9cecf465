"""Reads a page as a browser does when its form is sent as it stands."""

from html.parser import HTMLParser


class FormFields(HTMLParser):
    """The successful controls of a page: texts, chosen radios and checkboxes, text areas, hidden inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self._area: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        name = given.get("name")
        if tag == "textarea" and name:
            self._area = name
            self.found[name] = [""]
        if tag != "input" or not name:
            return
        if given.get("type") in ("radio", "checkbox") and "checked" not in given:
            return
        self.found.setdefault(name, []).append(given.get("value") or "")

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None


def fields_of(html: str) -> dict[str, list[str]]:
    viewer = FormFields()
    viewer.feed(html)
    return viewer.found
