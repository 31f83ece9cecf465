"""The parts that other tests stand on do what those tests take for granted."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from devtools.chromium import accessibility_faults, overflows
from devtools.postgresql import Cluster


def test_a_new_database_is_empty_and_may_be_written(new_database: Callable[[str], str]) -> None:
    for _ in range(2):
        engine = create_engine(new_database("intake"))
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE kept (number integer)"))
        engine.dispose()


def test_a_service_reaches_no_other_schema(postgresql: Cluster) -> None:
    mine, other = create_engine(postgresql.schema("casework")), create_engine(postgresql.schema("intake"))
    with other.begin() as connection:
        connection.execute(text("CREATE TABLE secret (number integer)"))
        schema = connection.scalar(text("SELECT current_schema()"))
    with mine.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text(f"SELECT * FROM {schema}.secret"))
    mine.dispose()
    other.dispose()


def test_a_killed_durable_cluster_comes_back_with_what_was_committed() -> None:
    with Cluster(durable=True) as cluster:
        engine = create_engine(cluster.schema("intake"))
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE kept AS SELECT 7 AS number"))
        engine.dispose()
        cluster.kill()
        cluster.start()
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT number FROM kept")) == 7
        engine.dispose()


@pytest.mark.browser
def test_the_browser_sees_faults_that_a_person_would_meet(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 700})
    page.set_content("<html lang=en><title>t</title><main><h1>Refer</h1><input style='width: 600px'></main></html>")
    assert any(fault.startswith("label:") for fault in accessibility_faults(page))
    assert overflows(page)
    page.set_content("<html lang=en><title>t</title><main><h1>Refer</h1><label>Age <input></label></main></html>")
    assert accessibility_faults(page) == []
    assert not overflows(page)
    page.close()
