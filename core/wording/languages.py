"""The languages that voice notes can be in, by the codes that Whisper has for them."""

from __future__ import annotations

from types import MappingProxyType

_LANGUAGES = """
    af Afrikaans, am Amharic, ar Arabic, as Assamese, az Azerbaijani, ba Bashkir, be Belarusian, bg Bulgarian, bn
    Bengali, bo Tibetan, br Breton, bs Bosnian, ca Catalan, cs Czech, cy Welsh, da Danish, de German, el Greek, en
    English, es Spanish, et Estonian, eu Basque, fa Persian, fi Finnish, fo Faroese, fr French, gl Galician, gu
    Gujarati, ha Hausa, haw Hawaiian, he Hebrew, hi Hindi, hr Croatian, ht Haitian Creole, hu Hungarian, hy
    Armenian, id Indonesian, is Icelandic, it Italian, ja Japanese, jw Javanese, ka Georgian, kk Kazakh, km Khmer,
    kn Kannada, ko Korean, la Latin, lb Luxembourgish, ln Lingala, lo Lao, lt Lithuanian, lv Latvian, mg Malagasy,
    mi Maori, mk Macedonian, ml Malayalam, mn Mongolian, mr Marathi, ms Malay, mt Maltese, my Burmese, ne Nepali, nl
    Dutch, nn Nynorsk, no Norwegian, oc Occitan, pa Punjabi, pl Polish, ps Pashto, pt Portuguese, ro Romanian, ru
    Russian, sa Sanskrit, sd Sindhi, si Sinhala, sk Slovak, sl Slovenian, sn Shona, so Somali, sq Albanian, sr
    Serbian, su Sundanese, sv Swedish, sw Swahili, ta Tamil, te Telugu, tg Tajik, th Thai, tk Turkmen, tl Tagalog,
    tr Turkish, tt Tatar, uk Ukrainian, ur Urdu, uz Uzbek, vi Vietnamese, yi Yiddish, yo Yoruba, yue Cantonese, zh
    Chinese
"""
"""Codes and English names as in the tokenizer of OpenAI's Whisper; `yue` is known to its largest models only."""
NAMES = MappingProxyType({code: " ".join(name) for code, *name in map(str.split, _LANGUAGES.split(","))})
"""The English name of each language by its code: `en` is English."""
_CODES = {name.lower(): code for code, name in NAMES.items()}


def code_of(language: str) -> str:
    """The code of a language that is given by its code or its English name, "" for one that is not known."""
    language = language.lower()
    return language if language in NAMES else _CODES.get(language, "")
