import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbox_desk.diagnosis.garbled import reread


@pytest.mark.parametrize(
    ("meant", "written", "read"),
    [
        ("Passwort ungültig", "utf-8", "latin-1"),
        ("Passwort ungültig", "utf-8", "cp1252"),
        ("Échec de l’authentification", "utf-8", "cp1252"),
        ("请使用授权码登录", "gbk", "latin-1"),
        ("用户名或密码错误", "utf-8", "latin-1"),
        ("Неверный логин или пароль", "utf-8", "latin-1"),
        ("Неверный логин или пароль", "cp1251", "latin-1"),
        ("Ошибка аутентификации", "cp1251", "latin-1"),
    ],
)
def test_misread_words_are_read_again(meant: str, written: str, read: str) -> None:
    assert reread(meant.encode(written).decode(read)) == meant


@pytest.mark.parametrize(
    "text",
    ["ungültiges Paßwort für Größe", "mot de passe erroné", "contraseña no válida", "密码错误", "Неверный пароль", "a"],
)
def test_what_was_read_right_stays(text: str) -> None:
    assert reread(text) == text


def test_half_of_a_text_may_be_misread() -> None:
    assert reread("请 Passwort ungÃ¼ltig") == "请 Passwort ungültig"


@given(st.text())
def test_no_text_is_too_odd(text: str) -> None:
    assert isinstance(reread(text), str)
