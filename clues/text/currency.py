"""Currency signs beside amounts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from clues.cue import Cue
from clues.text.word import Line

VARIABLE = "text.currency"

_DOLLARS = (
    "USD CAD AUD NZD MXN ARS CLP COP SGD HKD TWD UYU DOP CUP JMD TTD BBD BSD BZD BMD BND FJD GYD "
    "KYD LRD NAD SBD SRD XCD NIO"
)
# Sign -> currencies it may stand for, with P(sign used | currency). Longer signs are tried first.
SIGNS: dict[str, dict[str, float]] = {
    "€": {"EUR": 1},
    "£": {"GBP": 1, "FKP": 0.9, "GIP": 0.9, "EGP": 0.3, "LBP": 0.1, "SYP": 0.1, "TRY": 0.05},
    "¥": {"JPY": 1, "CNY": 1},
    "￥": {"JPY": 1, "CNY": 1},
    "円": {"JPY": 1},
    "元": {"CNY": 1, "TWD": 1, "HKD": 0.3},
    "₩": {"KRW": 1, "KPW": 0.9},
    "₹": {"INR": 1},
    "₺": {"TRY": 1},
    "₽": {"RUB": 1},
    "₴": {"UAH": 1},
    "₸": {"KZT": 1},
    "₾": {"GEL": 1},
    "₼": {"AZN": 1},
    "֏": {"AMD": 1},
    "₱": {"PHP": 1},
    "฿": {"THB": 1},
    "₫": {"VND": 1},
    "₪": {"ILS": 1},
    "₦": {"NGN": 1},
    "₵": {"GHS": 1},
    "₡": {"CRC": 1},
    "₲": {"PYG": 1},
    "₮": {"MNT": 1},
    "៛": {"KHR": 1},
    "₭": {"LAK": 1},
    "৳": {"BDT": 1},
    "R$": {"BRL": 1},
    "S/": {"PEN": 1},
    "S/.": {"PEN": 1},
    "RM": {"MYR": 1},
    "Rp": {"IDR": 1},
    "zł": {"PLN": 1},
    "Kč": {"CZK": 1},
    "Ft": {"HUF": 1},
    "lei": {"RON": 1, "MDL": 1},
    "kr": {"SEK": 1, "NOK": 1, "DKK": 1, "ISK": 1},
    "Bs": {"BOB": 1, "VES": 0.7},
    "TL": {"TRY": 1},
    "лв": {"BGN": 1},
    "руб": {"RUB": 1, "BYN": 0.7},
    "грн": {"UAH": 1},
    "ден": {"MKD": 1},
    "дин": {"RSD": 1},
    "din": {"RSD": 0.7},
    "lekë": {"ALL": 1},
    "лей": {"MDL": 1},
    "ლარი": {"GEL": 1},
    "դրամ": {"AMD": 1},
    "manat": {"AZN": 1, "TMT": 1},
    "$U": {"UYU": 1},
    "RD$": {"DOP": 1},
    "C$": {"NIO": 1, "CAD": 0.2},
    "NT$": {"TWD": 1},
    "HK$": {"HKD": 1},
    "A$": {"AUD": 1},
    "J$": {"JMD": 1},
    "US$": {"USD": 1},
    "NZ$": {"NZD": 1},
    "FJ$": {"FJD": 1},
    "SI$": {"SBD": 1},
    "WS$": {"WST": 1},
    "T$": {"TOP": 1},
    "TT$": {"TTD": 1},
    "BZ$": {"BZD": 1},
    "EC$": {"XCD": 1},
    "BDS$": {"BBD": 1},
    "Bds$": {"BBD": 1},
    "CI$": {"KYD": 1},
    "G$": {"GYD": 1},
    "SRD": {"SRD": 1},
    "Afl": {"AWG": 1},
    "CFP": {"XPF": 1},
    "HTG": {"HTG": 1},
    "VT": {"VUV": 1},
    "Gs": {"PYG": 1},
    "Lps": {"HNL": 1},
    "B/": {"PAB": 1},
    "Q": {"GTQ": 1},
    "K": {"PGK": 1, "ZMW": 1},
    "KSh": {"KES": 1},
    "Ksh": {"KES": 1},
    "Kshs": {"KES": 1},
    "TSh": {"TZS": 1},
    "Tsh": {"TZS": 1},
    "Tshs": {"TZS": 1},
    "USh": {"UGX": 1},
    "Ush": {"UGX": 1},
    "Shs": {"UGX": 1, "TZS": 0.7, "KES": 0.7},
    "FCFA": {"XOF": 1, "XAF": 1},
    "F CFA": {"XOF": 1, "XAF": 1},
    "CFA": {"XOF": 1, "XAF": 1},
    "XPF": {"XPF": 1},
    "F CFP": {"XPF": 1},
    "Frw": {"RWF": 1},
    "FRw": {"RWF": 1},
    "FBu": {"BIF": 1},
    "Rs": {"INR": 1, "PKR": 1, "LKR": 1, "NPR": 1, "MUR": 1, "SCR": 0.5},
    "Tk": {"BDT": 1},
    "Dhs": {"AED": 1, "MAD": 0.5},
    "DH": {"MAD": 1, "AED": 0.2},
    "Birr": {"ETB": 1},
    "ብር": {"ETB": 1},
    "GH₵": {"GHS": 1},
    "Kz": {"AOA": 1},
    "N$": {"NAD": 1},
    "S$": {"SGD": 1},
    "MOP": {"MOP": 1},
    "тг": {"KZT": 1},
    "тенге": {"KZT": 1},
    "сом": {"KGS": 1},
    "сум": {"UZS": 1},
    "so'm": {"UZS": 1},
    "บาท": {"THB": 1},
    "원": {"KRW": 1},
    "đ": {"VND": 1},
    "جنيه": {"EGP": 1, "SDG": 1},
    "درهم": {"AED": 1, "MAD": 1},
    "تومان": {"IRR": 1},
    "$": dict.fromkeys(_DOLLARS.split(), 1.0),
}
_AMOUNT = r"\d{1,3}(?:[.,' ]?\d{3})*(?:[.,]\d{1,2})?"
_SPELT = sorted(SIGNS, key=len, reverse=True)
_SIGN = "|".join(re.escape(sign) for sign in _SPELT)
# A word such as "kr" or "lei" needs an amount beside it; so does a sign that engines invent.
_PATTERN = re.compile(
    rf"(?<!\w)(?P<before>{_SIGN})\.?\s?{_AMOUNT}(?!\w)|(?<![\w.,]){_AMOUNT}\s?(?P<after>{_SIGN})(?!\w)"
)
_PRICE = re.compile(r"\D+[\d,]*\.\d\d")  # K9 and Q4 are no prices, but Q9.50 is
_MIN_CONFIDENCE = 0.7
_MISREAD = 0.06  # P(this sign read | another sign was written)
_ALIKE = {"€": {"GBP": 0.1, "USD": 0.05}, "$": {"BRL": 0.3, "PEN": 0.15}, "£": {"EUR": 0.15}}


def read_currency(lines: Sequence[Line]) -> list[Cue]:
    """Return one cue for each currency sign that stands beside an amount."""
    cues = {}
    for line in lines:
        if line.confidence < _MIN_CONFIDENCE:
            continue
        for match in _PATTERN.finditer(line.text):
            sign = match["before"] or match["after"]
            if _is_lone_letter(sign) and not _PRICE.fullmatch(match.group()):
                continue
            if sign not in cues:
                cues[sign] = _cue(sign, match.group(), line)
    return [cues[sign] for sign in sorted(cues)]


def _is_lone_letter(sign: str) -> bool:
    return len(sign) == 1 and sign.isascii() and sign.isalpha()


def _cue(sign: str, amount: str, line: Line) -> Cue:
    doubt = 1 - line.confidence
    everything = {c for currencies in SIGNS.values() for c in currencies}
    likelihood = dict.fromkeys(everything, _MISREAD + doubt * 0.3)
    for currency, p in _ALIKE.get(sign, {}).items():
        likelihood[currency] = max(likelihood[currency], p)
    for currency, p in SIGNS[sign].items():
        likelihood[currency] = max(likelihood[currency], float(p))
    return Cue(variable=VARIABLE, likelihood=likelihood, box=line.box, note=f'reads "{amount}"')
