"""ISO 4217: the codes in use and how many decimal digits each has. A table, since babel costs 33 MB for this one fact."""

from __future__ import annotations

from typing import Final

_TWO = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
    "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN "
    "NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG"
)
_ZERO = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"

#: code -> decimal digits of its minor unit.
EXPONENTS: Final[dict[str, int]] = (
    dict.fromkeys(_TWO.split(), 2) | dict.fromkeys(_ZERO.split(), 0) | dict.fromkeys(_THREE.split(), 3)
)

#: Names in feeds that are not codes but mean exactly one. A sign that several countries use ($, ¥, kr, Rs) is not here.
SIGNS: Final[dict[str, str]] = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₺": "TRY", "₩": "KRW", "₫": "VND", "฿": "THB", "₴": "UAH",
    "₪": "ILS", "₸": "KZT", "₦": "NGN", "₱": "PHP", "zł": "PLN", "Kč": "CZK", "US$": "USD", "R$": "BRL", "A$": "AUD",
    "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "HK$": "HKD", "NZ$": "NZD", "S$": "SGD", "NT$": "TWD", "RUR": "RUB",
}  # fmt: skip

_DOLLARS = "USD AUD CAD NZD SGD HKD TWD MXN ARS CLP COP BBD BMD BND BSD BZD FJD GYD JMD KYD LRD NAD SBD SRD TTD XCD UYU"

#: Signs that several countries use: sign -> the currencies it can mean. One is read where the default currency fits.
LOCAL_SIGNS: Final[dict[str, frozenset[str]]] = {
    sign: frozenset(codes.split())
    for signs, codes in (
        ("$", _DOLLARS),
        ("¥ ￥", "JPY CNY"),
        ("kr kr. Kr Kr. KR", "SEK NOK DKK ISK"),
        ("Rs Rs. RS RS. rs rs. ₨", "INR PKR LKR NPR MUR SCR"),
        ("лв лв. lv", "BGN"),
        ("Ft ft", "HUF"),
        ("lei Lei", "RON MDL"),
        ("руб руб. р. р", "RUB BYN"),
    )
    for sign in signs.split()
}


def decimal_text(minor: int, currency: str) -> str:
    """The amount in major units with the currency's own digits: ``decimal_text(129900, "INR") == "1299.00"``."""
    digits = EXPONENTS[currency]
    if not digits:
        return str(minor)
    sign, whole = ("-", -minor) if minor < 0 else ("", minor)
    return f"{sign}{whole // 10**digits}.{whole % 10**digits:0{digits}d}"
