"""Statistics that mislead SQLite's planner into wrong sums are not kept."""

import pytest
from django.db import connection

from changle.core.engine import refresh_statistics


pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="a fault of SQLite's planner"),
]
HELD = (
    "SELECT count(*) FROM people_post p JOIN registry_organisation o ON o.id = p.organisation_id "
    "WHERE p.kind IN ('head', 'chair', 'vice_chair', 'secretary') "
    "AND p.starts_on <= '2025-12-31' AND o.node_id BETWEEN 300 AND 700"
)


def skips_the_check():
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {HELD}")
        return "SeekScan" in [line[1] for line in cursor.fetchall()]


def test_an_index_of_three_columns_keeps_no_statistics():
    measured = [
        ("people_post", "post_of_body", "3311 6 2 2"),
        ("people_post", "post_of_person", "3311 1 1"),
        ("registry_organisation", "organisation_of_street", "2281 190"),
    ]
    refresh_statistics()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sqlite_stat1")
        cursor.executemany("INSERT INTO sqlite_stat1 VALUES (%s, %s, %s)", measured)
        cursor.execute("ANALYZE sqlite_master")
    misled = skips_the_check()
    refresh_statistics()
    assert not skips_the_check()
    with connection.cursor() as cursor:
        cursor.execute("SELECT idx FROM sqlite_stat1")
        assert "post_of_body" not in {row[0] for row in cursor.fetchall()}
    if connection.Database.sqlite_version_info[:2] == (3, 40):
        assert misled
