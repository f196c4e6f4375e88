"""URLs of databases: what they may say, and that a password is refused and never repeated."""

from __future__ import annotations

import pytest

from nas.database_url import parse, redacted
from nas.errors import InputError


@pytest.mark.parametrize(
    "text",
    [
        "sqlite:///study.db",
        "sqlite:////srv/sweeps/study.db?study=first-1a2b3c4d",
        "postgresql://me@db.example/sweeps",
        "postgresql://db.example:5433/sweeps?study=first-1a2b3c4d",
        "postgresql://me@/sweeps?host=%2Fvar%2Frun%2Fpostgresql",
        "postgresql://me@[::1]:5432/sweeps?sslmode=verify-full&study=a%20b",
    ],
)
def test_a_url_is_read_and_written_alike(text):
    url = parse(text)
    assert str(url) == text
    assert url.kind == text.partition(":")[0]
    assert parse(str(url)) == url


def test_a_study_is_named_behind_the_database():
    assert str(parse("postgresql://me@h/db").of("a b&c")) == "postgresql://me@h/db?study=a%20b%26c"
    assert parse("postgresql://me@h/db?sslmode=require").of("x").study == "x"


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://me:canary@db.example/sweeps",
        "postgresql://me:can/canary#ry@db.example/sweeps",
        "postgresql://me:@canary@db.example/sweeps",
        "postgresql://:canary@db.example/sweeps",
        "postgresql://me@db.example/sweeps?password=canary",
        "postgresql://me@db.example/sweeps?sslpassword=canary",
        "postgresql://me@db.example/sweeps?passfile=canary",
        "mysql://me:canary@db.example/sweeps",
        "postgresql+psycopg://me:canary@db.example/sweeps",
    ],
)
def test_a_password_is_refused_and_not_repeated(text):
    with pytest.raises(InputError, match="a password in a URL ends in shell histories") as caught:
        parse(text)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("postgres://me@h/db", "the scheme 'postgres' is no database"),
        ("mysql://me@h/db", "the scheme 'mysql' is no database"),
        ("study.db", "is no database"),
        ("sqlite://study.db", "is named by its file"),
        ("sqlite:///:memory:", "is named by its file"),
        ("sqlite:///", "is named by its file"),
        ("sqlite:///a.db?mode=ro", "known: study"),
        ("postgresql://me@h", "names no database"),
        ("postgresql://me@h/a/b", "names no database, or more"),
        ("postgresql:///db", "names no host"),
        ("postgresql://me@h:port/db", "host or port of the URL is wrong"),
        ("postgresql://me@h/db?options=-c%20x", "known: study, host, sslmode, sslrootcert"),
        ("postgresql://me@h/d\nb", "is no database"),
    ],
)
def test_what_is_no_database_is_refused_with_what_would_do(text, error):
    with pytest.raises(InputError, match=error):
        parse(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("could not connect to postgresql://me:canary@h/db now", "could not connect to postgresql://me:***@h/db now"),
        ("host=h password=canary user=me", "host=h password=*** user=me"),
        ("password = 'can ary' user=me", "password=*** user=me"),
        ('password authentication failed for user "me"', 'password authentication failed for user "me"'),
    ],
)
def test_texts_of_drivers_are_shown_without_passwords(text, shown):
    assert redacted(text) == shown


def test_the_password_of_the_environment_is_never_shown(monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "canary")
    assert redacted("invalid: canary!") == "invalid: ***!"
