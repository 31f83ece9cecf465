"""Estimates are read in one place only: whoever else names their table could show one too early."""

import ast
from pathlib import Path

import services.casework as package

ROOT = Path(package.__path__[0])
ESTIMATES = ROOT / "adapters" / "estimates.py"
ITS_TABLES = ROOT / "adapters" / "review_tables.py"


def names_the_table(source: str) -> bool:
    """Whether a module takes the table of estimates, or the whole module of tables, from where it is declared."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("adapters.review_tables"):
            taken = {name.name for name in node.names}
            if taken & {"estimates", "*"}:
                return True
        if isinstance(node, ast.Attribute) and node.attr == "estimates" and _is(node.value, "review_tables"):
            return True
    return "FROM estimates" in source


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


class TestTheTableOfEstimates:
    def test_is_named_in_one_module_only(self) -> None:
        # A revision runs once, by whoever owns the tables, and shows nothing to anybody.
        modules = set(ROOT.rglob("*.py")) - {ITS_TABLES} - set((ROOT / "migrations").rglob("*.py"))

        naming = [module for module in modules if names_the_table(module.read_text(encoding="utf-8"))]

        assert naming == [ESTIMATES]

    def test_would_be_found_in_another(self) -> None:
        for source in (
            "from services.casework.adapters.review_tables import estimates",
            "from services.casework.adapters import review_tables\nreview_tables.estimates.c.content",
            "sql = 'SELECT content FROM estimates'",
        ):
            assert names_the_table(source)

    def test_is_joined_to_an_own_view_wherever_it_is_read(self) -> None:
        source = ESTIMATES.read_text(encoding="utf-8")

        assert source.count("sa.select(estimates") == 1
        assert "own_views.c.id == view.id" in source
