"""The words in which people ask for no more texts, in English, Spanish, French, German, Portuguese and Chinese.

They are looked for in text as ``bot.domain.optouts.plain_words`` leaves it: small, without accents or punctuation.
"""

from __future__ import annotations

import re

#: Twilio itself answers these, each alone on its line, and lets nothing through afterwards (21610)
CARRIER_STOPS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
CARRIER_STARTS = frozenset({"start", "unstop"})
#: after a stop these mean START too; Twilio itself takes YES for one
START_WORDS = frozenset(
    {
        *CARRIER_STARTS,
        *(
            "yes",
            "start again",
            "start texts",
            "start the texts",
            "restart",
            "resume",
            "continue",
            "opt in",
            "optin",
        ),
        *(
            "opt me in",
            "opt me back in",
            "subscribe",
            "resubscribe",
            "start texting",
            "start texting me",
            "text me",
        ),
        *("start texting me again", "you can text me", "keep texting", "keep texting me", "not what i meant"),
        *(
            "that was not what i meant",
            "that is not what i meant",
            "i did not mean stop",
            "i did not mean that",
        ),
        *("thats not what i meant", "that s not what i meant", "i didnt mean stop", "i didnt mean that"),
        *(
            "si",
            "comenzar",
            "empezar",
            "iniciar",
            "reanudar",
            "continuar",
            "alta",
            "oui",
            "commencer",
            "demarrer",
        ),
        *("reprendre", "continuer", "ja", "starten", "anfangen", "fortsetzen", "weiter", "anmelden", "sim"),
        *("comecar", "retomar", "开始", "继续", "恢复", "订阅", "是"),
    }
)
HELPS = frozenset({"help", "info", "ayuda", "aide", "hilfe", "ajuda", "帮助"})

#: alone, or with a word of politeness
STOP_WORDS = {
    *CARRIER_STOPS,
    *("stop all", "opt out", "opt me out", "stop texts", "stopp", "stop stop", "arret", "arreter", "arretez"),
    *("alto", "baja", "parar", "pare", "paren", "para", "basta", "cancelar", "cancela", "salir", "detener"),
    *("sair", "descadastrar", "desinscrever", "desabonner", "desabonnement", "desinscrire", "desinscription"),
    *("abmelden", "abmeldung", "abbestellen", "aufhoren", "hor auf", "abbrechen", "beenden", "schluss"),
    *("unsub", "remove", "end texts", "td", "退订", "退定", "停止", "取消订阅", "停", "取消"),
}
#: alone they may have been meant for somebody else
MAYBE_WORDS = {
    *(
        "no more",
        "enough",
        "stop it",
        "stop this",
        "stop that",
        "leave me alone",
        "go away",
        "not interested",
    ),
    *("wrong number", "wrong person", "who is this", "no thanks", "lose my number", "fuck off", "shut up"),
    *("ya basta", "no mas", "dejame en paz", "dejenme en paz", "numero equivocado", "no me interesa"),
    *(
        "ca suffit",
        "assez",
        "laissez moi tranquille",
        "laisse moi tranquille",
        "mauvais numero",
        "faux numero",
    ),
    *("plus jamais", "pas interesse", "genug", "es reicht", "lass mich in ruhe", "lassen sie mich in ruhe"),
    *("falsche nummer", "kein interesse", "chega", "ja chega", "me deixa em paz", "me deixe em paz"),
    *(
        "numero errado",
        "nao quero mais",
        "别发了",
        "不要发了",
        "够了",
        "别烦我",
        "打错了",
        "发错了",
        "不感兴趣",
    ),
}
_POLITE = (
    r"please|pls|plz|thanks|thank you|thx|now|ok|okay|hi|hello|sorry|immediately|already|just|again|all|"
    r"por favor|gracias|ahora|ya|svp|sil vous plait|s il vous plait|merci|maintenant|bitte|danke|jetzt|sofort|"
    r"obrigado|obrigada|agora|pf"
)

_ME = r"(?:me|us|this (?:number|phone)|my (?:number|phone|cell|mobile)|here)"
_TEXTS = (
    r"(?:texts?|txts?|sms(?:es)?|messages?|msgs?|texting|messaging|notifications?|reminders?|alerts?|spam)"
)
_SURE = [
    # English
    (
        rf"\b(?:stop|quit|cease|cancel|end|no more|discontinue|halt) (?:all |with |sending |getting |receiving |"
        rf"these |those |the |your |my |any |this |me |us ){{0,6}}{_TEXTS}(?: messages?)?(?: to)?(?: {_ME})?"
        rf"(?= please| now| thanks| immediately|$| or | and | i | to me)"
    ),
    (
        rf"\b(?:stop|quit) (?:texting|txting|messaging|contacting|writing(?: to)?|sending|bothering|spamming|"
        rf"reminding|"
        rf"bugging) {_ME}\b"
    ),
    (
        r"\b(?:stop|quit) (?:texting|txting|messaging|contacting|spamming|sending (?:these|those|this|them|it))"
        r"(?= please| now|$)"
    ),
    (
        rf"\bstop (?:aux|les|der|den|die|a los|los|las|as|os|aos|de) ?(?:{_TEXTS}|mensajes|textos|nachrichten|"
        rf"mensagens)\b"
    ),
    (
        rf"\b(?:do not|dont|never|no longer) (?:ever )?(?:text|txt|message|msg|contact|write(?: to)?|send|sms) "
        rf"(?:{_ME}|any(?: more)? {_TEXTS}|anything|any more)\b"
    ),
    (
        r"\b(?:do not|dont|no longer) (?:want|wish|need)(?: to (?:get|receive|see|have))?(?: any| these| your|"
        r" the| more)*"
        rf" {_TEXTS}\b"
    ),
    (
        rf"\b(?:un ?subscribe|opt(?:ing|ed)?(?: me)? out|opt {_ME} out)\b(?! of)|"
        rf"\bopt(?:ing)? (?:me )?out of (?:all |the |"
        rf"these |your )*{_TEXTS}"
    ),
    (
        r"\b(?:remove|delete|erase|take|drop|forget) (?:me|my (?:number|phone|cell))"
        r"(?: (?:off|from|out)\b.*)?(?= please| now|$)"
    ),
    r"\b(?:take|remove|get) me off\b",
    r"\b(?:i )?(?:revoke|withdraw)(?: my)? (?:consent|permission)\b|\brevoke consent\b",
    rf"\b(?:no|without) (?:more )?{_TEXTS} (?:any ?more|please)\b|\bno {_TEXTS}$",
    (
        r"\b(?:remove|delete|erase|take|drop|strike|get) (?:me|us|this|my|that|the)(?: \w+)?"
        r" ?(?:number|phone|cell|contact|name)?"
        r" (?:off|from|out of) (?:the|this|that|your|all)(?: \w+)? (?:lists?|records?|systems?|database|"
        r"contacts?|groups?)\b"
    ),
    (
        r"\b(?:stop|quit) (?:all )?(?:this|these|the|your) (?:sms|spam|texts|messages)\b|"
        r"\bdiscontinue\b.*\b(?:texts|messages)\b"
    ),
    # in any of them: off the list; the messages, called off
    (
        r"\b(?:sac|quit|saqu|retir|elimin|borr|tir|remov|exclu|apag|enlev|efface|supprim|ray|nehm|streich|"
        r"losch|entfern)\w*"
        r"(?: \w+){0,4} (?:lista|liste|listas|registro|base|verteiler|agenda|sistema|systeme|cadastro)\b"
    ),
    (
        r"\b(?:cancel|par|deten|desactiv|desativ|annul|suspend|supprim|stopp|stopt|abbestell|beende)\w*"
        r"(?: \w+){0,2} (?:mensajes|textos|recordatorios|avisos|mensagens|sms|lembretes|messages|rappels|"
        r"nachrichten|"
        r"erinnerungen|benachrichtigungen)\b"
    ),
    # Spanish
    r"\b(?:no|nunca) (?:me |nos |le )(?:escrib|envi|mand|text|mensaje|contact|molest)\w*",
    r"\b(?:dej[ae]n?|deje|par[ae]n?|paren|cesen) de (?:escribir|enviar|mandar|molestar|contactar|textear)\w*",
    (
        r"\bno (?:quiero|deseo|queremos)(?: recibir| ver| que me)?(?: mas| sus| tus| estos| los| ningun)*"
        r" (?:mensajes?|textos?|sms|recordatorios?|avisos?|escriban|manden|envien)\b"
    ),
    r"\b(?:no|ni un) (?:mas )(?:mensajes?|textos?|sms|recordatorios?)\b|\bno envi[ea]n? mas\b",
    r"\b(?:dar(?:me)?|den?me|quiero darme|quiero) (?:de )?baja\b",
    r"\b(?:borr|elimin|quit|saqu|sac)\w*(?:me)? (?:de|mi numero)\b.*",
    # French
    r"\b(?:ne )?(?:m|me|nous) ?(?:envoy|ecri|contact|text|derang)\w* (?:plus|pas)\b",
    r"\b(?:n envoyez|nenvoyez|n envoie|nenvoie|n ecrivez|necrivez) (?:plus|pas)\b",
    (
        r"\b(?:arrete[rz]?|cesse[rz]?|stoppe[rz]?) (?:de |d )?(?:m |me |nous |mes |les |vos |tes |ces |l |)"
        r"(?:envoyer|envoi|ecrire|contacter|texter|sms|messages?|textos?|deranger|spammer|rappels?|menvoyer|"
        r"mecrire)"
    ),
    (
        r"\b(?:veux|souhaite|desire|voudrais) (?:plus|pas)(?: recevoir)?(?: de| d| vos| tes| ces| les| des| aucun)*"
        r" ?(?:messages?|sms|textos?|rappels?)\b"
    ),
    r"\bplus (?:de|d|aucun) (?:messages?|sms|textos?|rappels?)\b",
    r"\b(?:me |m )?(?:desabonn|desinscri)\w*",
    r"\b(?:retire|supprime|enleve|efface)[rz]? ?(?:moi|mon numero|nous)\b",
    # German
    (
        r"\bkeine? (?:weiteren? |solchen? |eurer |ihrer )?"
        r"(?:sms|nachrichten?|texte|mitteilungen?|erinnerungen?|mehr)(?: (?:sms|nachrichten?))?"
        r"(?: mehr| bitte| wunsch\w*|$)|\bkeine weiteren (?:sms|nachrichten|texte|erinnerungen)\b"
    ),
    (
        r"\b(?:ich |wir )(?:will|mochte|wunsche|wollen|mochten) (?:das|dies|die|diese|"
        r"davon) (?:\w+ )?(?:nicht|nichts) mehr\b"
    ),
    (
        r"\b(?:schreib\w*|schick\w*|send\w*|kontaktier\w*|text\w*|stor\w*) (?:sie |ihr )?(?:mir|mich|uns) "
        r"(?:nicht|nichts|keine\w*|nie)\b"
    ),
    r"^(?:bitte )?(?:nicht|nichts|nie) mehr (?:schreiben|schicken|senden|texten|kontaktieren|melden)(?: bitte)?$",
    r"\bhor(?:en|t)?(?: sie| bitte)* auf\b|\baufhoren (?:mir|mich|uns)\b",
    (
        r"\b(?:will|mochte|wunsche|brauche) (?:ab jetzt )?(?:keine|nicht mehr)\b.*\b(?:sms|nachrichten?|mehr|texte|"
        r"erinnerungen|angeschrieben|kontaktiert|bekommen|erhalten)\b"
    ),
    r"\b(?:losch|entfern|streich)\w*(?: sie| bitte)* (?:meine nummer|mich)\b",
    r"\bmeine nummer (?:bitte )?(?:loschen|entfernen|streichen|vergessen)\b",
    r"\b(?:melde[nt]?(?: sie)? mich|mich) (?:bitte )?(?:ab|abmelden|austragen)\b|\bsms (?:abbestellen|stoppen)\b",
    r"\bnachrichten (?:bitte )?(?:abbestellen|stoppen|abstellen)\b",
    # Portuguese
    (
        r"\b(?:pare|parem|para|deixe[m]?) (?:de |com )(?:me |nos |)(?:enviar|mandar|escrever|contatar|"
        r"contactar|perturbar|"
        r"incomodar|mensagens|as mensagens|os sms)\w*"
    ),
    r"\b(?:nao|nunca) (?:me |nos )?(?:envi|mand|escrev|contat|contact|perturb|incomod)\w*( mais| mensagens|$)?",
    r"\b(?:cancel|par|desativ)\w* (?:as |os |essas |esses |todas as )?(?:mensage(?:m|ns)|sms|lembretes)\b",
    r"\bnunca mais (?:me )?(?:envi|mand|escrev|contat|contact|perturb|incomod)\w*",
    r"\bnao (?:entr|fac)\w* (?:mais )?(?:em )?contato\b|\bmensage(?:m|ns) (?:nao|nunca) mais\b",
    (
        r"\bnao (?:quero|desejo|queremos)(?: mais)? receber (?:mais )?(?:nada|isso|isto)\b|"
        r"\bno quiero recibir (?:nada|esto)\b"
    ),
    r"\b(?:ne veux|veux|ne souhaite) (?:plus )?rien recevoir\b|\bplus rien (?:m |me )?envoyer\b",
    (
        r"\bnao (?:quero|desejo|queremos)(?: mais)?(?: receber)?(?: mais| suas| essas| estas| as| seus| os|"
        r" nenhuma)*"
        r" (?:mensage(?:m|ns)|sms|textos?|lembretes?|avisos?)\b"
    ),
    r"\b(?:chega de|sem mais|nada de|mais nenhuma?|nenhuma?) (?:mensage(?:m|ns)|sms|textos?|lembretes?)\b",
    r"\b(?:remov|apagu|exclu|tir|retir|cancel)\w*(?: o| a)? (?:me|meu numero|minha inscricao|meu cadastro)\b",
    r"\bme (?:remov|tir|exclu|descadastr|retir)\w*|\bdescadastr\w*",
    # Chinese
    r"(?:不要|别|勿|请勿|停止|不用|不许)再?(?:给我|向我)?(?:再)?(?:发|发送|短信|联系我|联系|打扰|骚扰|发信)",
    r"不想(?:再)?(?:收到|接收|要|看到).{0,6}(?:短信|消息|信息|提醒)?|退订|取消(?:订阅|短信|提醒)|停止(?:短信|发送|接收)",
    r"把我(?:移除|删除|删掉|去掉|移出)|(?:删除|移除|去掉|忘掉).{0,4}(?:号码|电话|我)|我的?(?:手机)?(?:号码?|电话|名字).{0,3}(?:删除|删掉|移除|去掉)",
]
_MAYBE = [
    r"\b(?:can|could|would|will) (?:you|u) (?:please |just )?(?:stop|quit)\b(?: it| this| that| now| please)*$",
    r"\bplease (?:just )?stop\b(?: it| this| that| now| please| already| thanks)*$",
    r"^(?:just )?(?:make it )?stop(?: it| this| that| now| please| already| thanks| right now)+$",
    (
        r"\b(?:this is|you have|u have|you ve got|youve got|youve|its|it s) (?:the |a )?wrong (?:number|person)\b|"
        r"^sorry wrong number\b"
    ),
    r"\bleave me alone\b|\blose my number\b",
    r"\b(?:i am|im|i m) done with (?:these|this|the|your) ?\w*$",
    r"\b(?:numero|persona) equivocad[oa]\b|\bse equivoco de numero\b|\bdeje?n?me en paz\b",
    r"\b(?:mauvais|faux) numero\b|\btrompez? de numero\b|\blaissez? moi (?:tranquille|en paz|en paix)\b",
    r"\bfalsche nummer\b|\bin ruhe\b(?!.*\b(?:lern|les|arbeit|schau))",
    r"\bnumero errado\b|\bme deix[ae]m? em paz\b|\bpessoa errada\b",
    (
        r"\b(?:not|isnt|is not) (?:the |my |his |her )?(?:right|correct) (?:number|person)\b(?! (?:for|of|in|"
        r"on)\b)|\bbad number\b"
    ),
    r"\b(?:pas|nest pas) (?:le |mon )?(?:bon|bonne) (?:numero|personne)\b",
    r"\bnao e (?:o |meu )?(?:numero |pessoa )(?:certo|certa)\b",
    r"\bno es (?:el |mi )?numero (?:correcto|indicado)\b|\bnicht die (?:richtige|korrekte) (?:nummer|person)\b",
    r"号码错|打错|发错(?:人|了|号)|别烦|不要烦",
    r"\b(?:too|so) many (?:texts|messages|reminders)\b.*\bstop\b|\bstop\b.*\btoo many (?:texts|messages)\b",
]
#: the same words about something that goes on, or about the texts of others
KEEP = re.compile(
    r"\b(?:do not|dont|cant|cannot|can not|wont|never|didnt|doesnt|not) (?:you )?(?:ever )?(?:stop|quit|cancel|end|"
    r"unsubscribe|remove|delete)\b"
    r"|\b(?:no|nunca) (?:pares?|paren|dej[ea]n?s?|canceles?) de\b|\bn ?arrete[sz]? (?:pas|jamais)\b"
    r"|\bhor(?:en|t)?(?: sie)? nicht auf\b|\bnicht aufhoren\b|\bnao (?:pare|parem|pares) de\b|不要停|别停"
    r"|\b(?:want|like|need) to keep getting\b"
    r"|\b(?:text|message|write|send|contact) (?:me|us) (?:at|on|in|after|before|until|during|while|between|when) "
    r"(?!all\b)"
    r"|\b(?:did|does|do|why|when|how|where) .*\b(?:stop|end|quit|cancel)\b(?! (?:texting|messaging|"
    r"sending|these|the "
    r"texts))"
)
SURE = re.compile("|".join(f"(?:{each})" for each in _SURE))
MAYBE = re.compile("|".join(f"(?:{each})" for each in _MAYBE))
POLITE = re.compile(rf"\b(?:{_POLITE})\b")
