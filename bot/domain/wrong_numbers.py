"""The words of whoever got a text that was meant for somebody else: "this is not Ana's phone anymore".

They never agreed to anything, so the texts end; what they wrote may still have been meant otherwise, so they hear how
to undo it. Looked for in text as ``bot.domain.optouts.plain_words`` leaves it, names in the text as it was typed.
"""

from __future__ import annotations

import re

#: alone, or with a word of politeness
WHO = frozenset(
    {
        *(
            "who is this",
            "whos this",
            "who s this",
            "who dis",
            "who this",
            "who are you",
            "who r u",
            "who are u",
        ),
        *(
            "who is texting me",
            "who is texting",
            "whos texting me",
            "who is it",
            "who is that",
            "do i know you",
        ),
        *("whose number is this", "who does this number belong to", "not me", "not my kid", "not my child"),
        *("not my son", "not my daughter", "not my number", "quien es", "quien es este", "quien es esta"),
        *(
            "quien eres",
            "quien eres tu",
            "quien habla",
            "de quien es este numero",
            "qui est ce",
            "c est qui",
            "qui etes vous",
        ),
        *(
            "qui es tu",
            "t es qui",
            "c est qui ca",
            "wer ist das",
            "wer ist da",
            "wer sind sie",
            "wer bist du",
            "quem e",
        ),
        *("quem e voce", "quem fala", "quem esta falando", "你是谁", "你谁", "谁啊", "你哪位", "哪位"),
    }
)
_KIN = r"(?:mom|mum|mama|mother|dad|father|parents?|guardian|aunt|uncle|gran\w*|sister|brother|husband|wife)"
#: whoever a thing may be said to be missing of, besides a person
_THINGS = (
    r"(?:video|link|file|picture|image|photo|button|quiz|check|question|answer|one|sound|audio|class|problem|time|"
    r"homework|lab|internet|wifi|signal|way|text|message|card|unit|form|page|slot|help|rush|formula|word|"
    r"topic|need|more|other)s?\b"
)
_PATTERNS = [
    r"^(?:\w+ ){0,2}who (?:tf |the \w+ )?(?:is|s) this(?: please| pls| plz)?$",
    (
        r"^(?:sorry |hi |hey |hello |no )*(?:this is |its |it s |thats |that s )?(?:the |a )?wrong "
        r"(?:number|person|guy|family|phone)(?: for (?:mr |mrs |ms |my |your |our )?[a-z]+)?(?: (?:sorry|here|"
        r"bro|man|dude|mate))*$"
    ),
    r"\b(?:meant|intended) for (?:someone|somebody|another) (?:else|person)\b",
    r"\b(?:message|text)s? (?:is|are|was|were) (?:not|never) (?:meant |intended )?for me\b",
    r"\b(?:phone|number) (?:is not|isnt|now belongs to|belongs to) (?:someone|somebody|\w+s$)",
    r"\b(?:this|that) (?:is not|isnt|s not) my (?:kid|child|son|daughter|student)$",
    r"\bno ?(?:body|one) (?:by|with) that name\b",
    (
        r"\b(?:you|u|youve|we) ?(?:must |probably |might |may |think you )?(?:have|ve|ve got|have got|got|re|"
        r"are|keep|ve been)?(?: texting| messaging| calling| texted)?"
        r" (?:the |a )?wrong (?:number|person|guy|girl|family|kid|house|phone|mom|mum|dad|parent)\b(?! (?:in|"
        r"on|of|at|as)\b)"
    ),
    r"\b(?:not|isnt|no longer) (?:her|his|their|\w+s)(?: \w+s)? (?:phone|number|cell|mobile)(?: number)?\b(?! \d)",
    r"\bnot the (?:phone|number|cell) (?:of|for) \w+(?: any ?more)?$",
    r"\b(?:phone|number|cell)(?: number)? (?:no longer|does not|doesnt) belongs? to\b",
    r"\b(?:doesnt|does not|no longer|dont) (?:have|has|use|uses|own|owns) this (?:number|phone|cell)\b",
    (
        r"^(?:sorry )?(?:there is |theres |there s )?(?:no|nobody|no one|no body)(?: (?:called|named|by the name of))? "
        rf"(?!{_THINGS})[a-z]+ (?:here|at this number|lives here)$"
    ),
    (
        rf"^(?:sorry )?i (?:dont|do not) know any(?:one|body)?(?: (?:called|named|"
        rf"with that name))?(?: (?!{_THINGS})[a-z]+)?$"
    ),
    r"\bi (?:dont|do not) know who (?:this is|you are|u are|u r|that is)\b(?! (?:in|on|from)\b)",
    rf"\b(?:i am|i m|im|we are|we re) not (?:the|her|his|their|\w+s) {_KIN}\b",
    r"^(?:sorry )?\w+ (?:does not|doesnt|no longer) lives? here(?: any ?more)?$",
    r"^(?:sorry )?\w+ (?:has )?changed (?:her|his|their) (?:phone |cell )?number\b",
    r"\bthis (?:one|number|phone) is (?:now )?mine(?: now)?$",
    r"^i (?:just|only just|recently) got this (?:phone |new )?number\b|^(?:this is )?(?:a |my )?new phone who\b",
    r"\bnew number\b.*\b(?:i am|i m|im) not \w+$",
    (
        r"\b(?:i|we) (?:have no|dont have(?: a| any)?|do not have(?: a| any)?) (?:kids?|child|children|"
        r"daughters?|sons?)"
        r"(?: (?:in|at|there|here|who|enrolled|any ?more)\b.*)?$"
    ),
    r"\b(?:go|goes|going|attends?)(?: to)? (?:this|that|your) school (?:any ?more|any longer)\b",
    r"^(?:hi |hello )?(?:this|it) is a (?:(?:business|company|office|work) (?:line|phone|number)|landline)\b",
    r"^(?:please |pls |plz )?take this(?: number| phone)? off$",
    r"^(?:and )?who (?:is this|are you)\b.*\b(?:my|this) number\b|\bhow did (?:you|u) get (?:my|this) number\b",
    # Spanish
    (
        r"\bno es (?:el |mi )?(?:numero|telefono|celular|movil) de \w+|\bya no es (?:el |su |mi )?(?:numero|"
        r"telefono|celular)\b"
    ),
    (
        r"\bno soy (?:la |el |su )?(?:mama|madre|mami|papa|padre|tutora?|abuel[ao])\b|\bno ten(?:go|"
        r"emos) (?:ningun )?hij[oa]s?$"
    ),
    r"\baqui no vive \w+|\bno conozco a (?:ningun[ao]?|nadie)\b",
    # French
    (
        r"\bnumero n est (?:plus|pas) (?:a|celui de) \w+|\bn est (?:plus|pas) (?:le |son )?(?:numero|"
        r"telephone|portable) (?:de|d|du)\b|\bn ai pas d ?enfants?\b"
    ),
    (
        rf"\bje ne suis (?:pas|plus) (?:la |le |sa |son )?(?:mere|pere|maman|papa)\b|"
        rf"\bje ne connais pas d (?!{_THINGS})\w+$"
    ),
    # German
    r"\bnicht (?:mehr )?(?:das (?:handy|telefon) von|die nummer von|\w+s (?:nummer|handy|telefon)\b)",
    r"\bkenne keine?n? (?!antwort|losung|formel|frage|aufgabe|regel|andere)\w+$|\bhabe? keine kinder\b",
    r"\bbin nicht die? (?:mutter|vater)\b|\bfalsche person\b",
    # Portuguese
    r"\bnao e mais o (?:numero|telefone|celular)\b|\bnao e o (?:numero|telefone|celular) d[aeo]\b",
    r"\bnao sou (?:o |a )?(?:pai|mae|responsavel)\b|\b(?:numero|telefone|celular) nao e (?:mais )?d[aeo] \w+$",
    r"\bnao conheco nenhum[a]? (?!resposta|formula|questao)\w+$|\bnao (?:tenho|temos) filh[oa]s?$",
    # Chinese
    r"不是.{1,8}(?:手机|号码|电话|妈妈|爸爸|家长)|我?不认识(?!这|那|它|字|题).{2,4}$|我没有孩子",
]
WRONG = re.compile("|".join(f"(?:{each})" for each in _PATTERNS))
#: only the capital tells "I'm not Ana" from "I'm not sure"
_NAME = r"[A-ZÀ-Ý][\w'’-]+"
NOT_ME = re.compile(
    r"(?:(?:[Nn]o|[Ss]orry|[Hh]i|[Hh]ello|[Pp]erd[oó]n|[Dd]esculpe|[Ee]ntschuldigung|[Pp]ardon)[,.!]? )*"
    r"(?:[Tt]his is not|[Tt]his isn['’]?t|[Tt]hat['’]?s not|I ?['’]?m not|I am not|[Ii]m not|i['’]m not|"
    r"(?:[Yy]o )?[Nn]o soy(?: la| el)?|[Jj]e ne suis pas|[Ii]ch bin nicht|"
    r"[Nn]ão sou(?: a| o)?|[Nn]o conozco a(?: l[ao])?|[Jj]e ne connais pas|[Nn]ão conheço(?: a| o)?|[Ii]ch kenne)"
    rf" (?!Sure|Ready|Done)({_NAME})(?: {_NAME})?(?: nicht)?[\s.!]*"
)

#: what somebody wants to be taken out of, that is no list of phones
ELSEWHERE = re.compile(
    r"\b(?:remov|delet|eras|tak|took|drop|kick|get|mov)\w* (?:me|us|him|her|my name)(?: \w+)? ?"
    r"(?:off of|off|from|out of|out from)"
    r" (?:the |a |my |our |this |that |your )?(?:(?:\w+ )?(?:group|team|table|section|period) (?:[a-z]|"
    r"\d+|one|two|three|"
    r"four|five|six)\b(?! chat| text)|(?:\w+ )?(?:lab|study|project|science|reading|math|chemistry|"
    r"partner|discussion|"
    r"small|work|book|review|help) (?:group|team|list|session)|team \w+|wait ?list|waiting list(?: \w+)*|"
    r"(?:\w+ )?(?:sign ?up|trip|seating|attendance|absent|speaker|queue|homework)(?: \w+)? ?(?:list|sheet|chart)?|"
    r"(?!text|messag|sms|contact|mail|phone|call|notif|remind|distrib|e ?mail|group|class|school|parent|"
    r"broadcast|alert)\w+ "
    r"(?:list|sheet|chart)|list (?:for|of) (?!texts|messages|sms|these|this|reminders|people)\w+.*|"
    r"(?:\w+ ){0,2}(?:quiz|lab|booking|slot|queue|line|office hours?)\b)"
    # the same groups in Spanish, French, German and Portuguese
    r"|\b(?:quit|sac|elimin|borr)\w* del? (?:el )?(?:grupo|equipo) \w+\b"
    r"|\b(?:retir|enlev|supprim)\w*(?: moi| me)? (?:du|de l) ?(?:groupe|equipe) \w+\b"
    r"|\b(?:aus|von) (?:der|dem) (?:gruppe|team|warteliste)(?: \w)? (?:nehm|streich|losch|entfern)\w*"
    r"|\b(?:tir|remov|retir|exclu)\w* do (?:grupo|time) \w+\b"
)
