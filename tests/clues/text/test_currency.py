import pytest

from clues.text.currency import read_currency
from tests.clues.text.samples import line


@pytest.mark.parametrize(
    ("text", "currency"),
    [("€ 4,50", "EUR"), ("12.99€", "EUR"), ("R$ 10,00", "BRL"), ("₹250", "INR"), ("15 zł", "PLN"),
     ("£3.99", "GBP"), ("S/ 20", "PEN"), ("NT$ 100", "TWD"), ("Gs. 5.000", "PYG"),
     ("Lps. 50", "HNL"), ("TT$20", "TTD"), ("500 VT", "VUV"), ("Q25.00", "GTQ"),
     ("200 lekë", "ALL"), ("Ksh 100", "KES"), ("5000 тг", "KZT"), ("25 บาท", "THB")],
)  # fmt: skip
def test_a_sign_beside_an_amount_names_the_currency(text, currency):
    (cue,) = read_currency([line(text)])
    assert cue.value == currency


def test_a_dollar_is_many_countries():
    (cue,) = read_currency([line("$ 15")])
    assert cue.likelihood["USD"] == cue.likelihood["MXN"] == cue.likelihood["CLP"]


@pytest.mark.parametrize(
    "text", ["kr", "lei", "RM", "A4", "50 km", "Ft. Worth", "Q4", "K9", "12.50 K"]
)
def test_letters_without_an_amount_are_no_currency(text):
    assert read_currency([line(text)]) == []
