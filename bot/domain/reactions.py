"""Reactions to a text (tapbacks), as phones send them to whoever cannot see them: words around a quotation.

They are a press and no letter: nobody waits for an answer to a thumbs-up.
"""

from __future__ import annotations

import re
import unicodedata

#: What phones put before what was reacted to, as ``_plain`` leaves it: in English as it is known, in other languages as
#: near as it could be told. What is missing here is still known where it quotes a text of ours.
_LEADS = (
    # English
    r"(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted(?: with)? ~ to|reacted to|~ to|~)",
    (
        r"removed (?:an? )?(?:like|heart|love|dislike|laugh|ha ?ha|exclamation(?: mark| point)?|question(?: mark)?|~)"
        r"(?: reaction)? (?:from|to)"
    ),
    r"(?:removed )?(?:a )?~(?: reaction)?(?: was)?(?: removed)? from",
    # Spanish
    (
        r"(?:le|me|te)? ?(?:ha |han )?(?:gusto|gustado|gusta|encanto|encantado|encanta|hizo gracia|dio risa|"
        r"causo gracia)"
    ),
    r"(?:a \w+ )?(?:no )?(?:le|me) (?:gusto|gusta|ha gustado|encanto|encanta|ha encantado)",
    (
        r"(?:se )?(?:rio|reaccion\w*|enfatizo|exclamo|pregunto|cuestiono|destaco|ha reaccionado)"
        r"(?: con)?(?: ~)?(?: de| a| por| sobre)?"
    ),
    r"(?:quito|elimino|ha eliminado|ha quitado) (?:un |una |el |la )?[\w ~]{1,30} (?:de|en|a)",
    # French
    (
        r"(?:a |as |n a pas |n ont pas )?(?:aime|adore|ri(?: de)?|mis l accent sur|mis en valeur|souligne|"
        r"questionne|reagi)"
        r"(?: avec)?(?: par)?(?: ~)?(?: a)?"
    ),
    r"a (?:retire|supprime|enleve) (?:un |une |le |la |l )?[\w ~]{1,30} (?:de|a|sur)",
    # German
    (
        r"(?:gefallt|gefiel|mag|mochte|liebt|liebte|lacht uber|lachte uber|betont|betonte|hat|fragt|fragte|hinterfragt)"
        r"(?: mir)?"
    ),
    r"(?:reagiert(?:e)?|hat)(?: mit)?(?: ~)? (?:auf|zu)",
    r"(?:entfernt(?:e)?|hat) (?:ein |eine |das |die |den )?[\w ~]{1,30} (?:von|aus|bei)",
    # Portuguese
    (
        r"(?:nao )?(?:curtiu|gostou de|amou|adorou|riu de|enfatizou|deu enfase a|questionou|perguntou sobre|reagiu)"
        r"(?: com)?(?: ~)?(?: a)?"
    ),
    r"removeu (?:um |uma |o |a )?[\w ~]{1,30} (?:de|da|do|em)",
    # Chinese
    r"(?:已)?(?:喜欢|赞了?|点赞了?|爱心|大爱|不喜欢|踩了?|笑了?|强调了?|质疑了?|对|用 ~ 回应了?)",
)
#: what some languages put after it
_TAILS = (
    r"(?:geliebt|geliked|nicht|gemocht|betont|infrage(?: gestellt)?|gefallt|gefallt mir|"
    r"reagiert|~|表示.{1,6}|做出了回应)?"
)
#: a picture has no words to quote
_THINGS = (
    r"(?:an?|the|your|un|une|una|uma|ein|eine) "
    r"(?:image|photo|picture|movie|video|attachment|sticker|audio message|gif|imagen|foto|imagem|bild)"
)
_LEAD = "|".join(f"(?:{each})" for each in _LEADS)
_QUOTED = re.compile(rf"(?:(?:{_LEAD}) ?:? ?)\"(?P<quoted>.+)\" ?(?:{_TAILS})\.?", re.DOTALL)
_OF_A_THING = re.compile(rf"(?:{_LEAD}) {_THINGS}\.?")
#: a few words of any language around a text that only the bot writes
_OURS = re.compile(r"(?P<lead>[^\"]{0,40})\" ?flipcord\b.{20,}(?:\"|\.\.\.)(?P<tail>[^\"]{0,24})", re.DOTALL)
_MARKS = str.maketrans(dict.fromkeys("“”„‟«»「」『』＂", '"') | dict.fromkeys("‼⁉", "~"))
#: of a longer text only the beginning is looked at
_READ = 2000


def is_reaction(text: str) -> bool:
    words = _plain(text[:_READ])
    if _QUOTED.fullmatch(words) or _OF_A_THING.fullmatch(words):
        return True
    ours = _OURS.fullmatch(words)
    return ours is not None and "?" not in ours["lead"] + ours["tail"] and len(ours["lead"].split()) <= 4


def _plain(text: str) -> str:
    """Small letters without accents, one kind of quotation mark, emoji as ``~``, nothing that is not seen."""
    folded = unicodedata.normalize("NFKD", text.translate(_MARKS).casefold())
    kept: list[str] = []
    for each in folded:
        kind = unicodedata.category(each)
        if kind in ("So", "Sk", "Cs"):
            kept.append("~")
        elif kind not in ("Mn", "Me", "Cf"):
            kept.append(" " if each in "'’ʼ`" else each)
    words = " ".join("".join(kept).split())
    words = re.sub(r"~(?: ?~)*", "~", words)
    return re.sub(r'" | "', lambda found: found[0], words).strip()
