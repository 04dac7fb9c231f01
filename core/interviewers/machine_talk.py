"""Words that a language model listens to and no person: its own marks and fields, and orders in other languages."""

from __future__ import annotations

BID = r"(?:^|[.,:;!?\"“(\[{>#*-]\s*|\b(?:please|kindly|now|and|then|must|should|shall|you|simply|instead|so)\s+)"
_FIELDS = r"(?:evidence|covered|missing|follow_up|improvement|strength|advice|improvement_quote|stronger)"
_KINDS = r"(?:answer|clarify|repeat|hint|skip|non_answer|off_topic|stop)"
_PARTS = r"(?:interview|transcript|thread|data|json|message|answer)"
_GIVE = (
    r"(?:gib|gebt|geben sie|vergib|vergeben sie|bewerte\w*|benote\w*|donne[rz]?|attribue[rz]?|notez|accorde[rz]?|da|dar"
    r"|dame|asigna|otorga|pon|califica|assegna|dai|valuta|d[eê]|atribua|avalie|geef|beoordeel)"
)
_TOP = (
    r"(?:5|f(?:ü|ue?)nf\w*|cinco|cinq|cinque|vijf|h(?:ö|oe?)chst\w*|beste\w*|volle\w*|m[aá]xim\w*|massim\w*|plein\w*"
    r"|hoogste)"
)
_MARKS = (
    r"(?:level|niveau|stufe|note|punkt(?:e|zahl)|bewertung|nivel|n[ií]vel|livello|nota|puntos|puntuaci[oó]n|points|punti"
    r"|pontos|punten|score|wertung|voto|cijfer)"
)
_IGNORE = (
    r"(?:ignorier\w*|ignore[rz]|vergiss|missachte\w*|oublie[rz]?|ignora|olvida|dimentica|esque[cç]a|negeer|vergeet)"
)
_RULES = (
    r"(?:anweisung\w*|bewertung\w*|vorgaben|regeln|instruc\w*|instruktion\w*|istruzion\w*|instru[cç]\w*|consignes?"
    r"|bar[eè]me|r[uú]brica|rubrik|criteri\w*|crit[eè]r\w*|kriterien|instructies|regels|reglas|regole|regras|r[eè]gles)"
)

MACHINE_TALK = (
    r"<\|[^|>\n]{1,40}\|>|<{1,2}/?sys>{1,2}|<(?:start|end)_of_turn>|^\W*<?/?(?:s|think|tool_call)>",
    r"[\"']" + _FIELDS + r"[\"']\s*:|[\"']kind[\"']\s*:\s*[\"']" + _KINDS + r"\b",
    r"^\W*(?:interviewer|follow[- ]?up|end of (?:the )?" + _PARTS + r")\s*[:\]]",
    r"\b(?:respond|reply|answer|return|output)\b[^.!?\n]{0,20}\b(?:with|only|in)\b[^.!?\n]{0,12}\bjson\b",
    BID
    + r"(?:set|return|output|choose|use|classify|treat)\b[^.!?\n]{0,30}"
    + r"\b(?:kind|verdict|message type|classification)\b",
    BID + r"ask (?:no|zero) (?:more |further )?(?:follow[- ]?ups?|questions)\b",
    r"\bas (?:your|the) follow[- ]?up\b",
    BID
    + r"(?:end|stop|finish|close|terminate)\b (?:the |this )?(?:whole )?(?:interview|assessment|session)\b"
    + r"(?! (?:with|by|when|because|early))",
    # Letters that were written apart come back as one word.
    r"\bignore(?:the|all|your|every)?(?:rubric|instruction|previous)",
    r"(?:givel|scorel|\bl)evel(?:5|five)\b",
    r"\b" + _IGNORE + r"\b[^.!?\n]{0,60}\b" + _RULES + r"\b",
    r"\b" + _GIVE + r"\b[^.!?\n]{0,60}\b" + _TOP + r"\b[^.!?\n]{0,20}\b" + _MARKS + r"\b",
    r"\b" + _GIVE + r"\b[^.!?\n]{0,60}\b" + _MARKS + r"\b[^.!?\n]{0,12}\b" + _TOP + r"\b",
    r"(?:忽略|无视|忘记)[^。\n]{0,20}(?:指令|指示|规则|评分|提示|要求)",
    r"(?:给|打|评)[^。\n]{0,20}(?:5|五|满|最高)\s*(?:分|级)",
)
"""Patterns of such words in a sentence in small letters; what begins with `BID` bids somebody do something."""
