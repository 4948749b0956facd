"""Why a message did not arrive, and what a teacher can do about it, in words.

Reasons come from many places (Discord's refusals, Twilio's, our own last look) as the end of a sentence; what
mends them is found by words that they hold.
"""

from __future__ import annotations

from bot.domain.receipts import ERRORS

_INBOX = "They can open DMs for this server and press “Open my inbox”"
_PHONE = "They can give a number that gets texts: `/phone number`"
_TEACHER = "Tell them yourself; nothing is wrong on your side"
_ROLE = "Give my role its permissions back: `/class check` names them"
_CLASS = "Run `/class create` again: it makes what is missing"
_OPERATOR = "Ask the person who runs the bot to look at it"
_LATER = "Send it again later; it may work then"

#: words in a reason → its mend; the first that fits counts
MENDS: tuple[tuple[str, str], ...] = (
    ("direct messages are closed", _INBOX),
    ("DMs are closed", _INBOX),
    ("inbox is not open", _INBOX),
    ("not opened the inbox", _INBOX),
    ("conversation", _INBOX),
    ("on no server with me", "They left the server: send them the invitation again"),
    ("left the server", "They left the server: send them the invitation again"),
    ("not in the class any more", "They left the server: send them the invitation again"),
    ("account is gone", "Ask them for their new Discord account; they join with it"),
    ("members verified first", "They have to pass the server's verification first"),
    ("student cannot be written to", _INBOX),
    ("filter held it back", "Say it in other words, or tell them yourself"),
    ("AutoMod held it back", "Let my role pass in Server Settings, AutoMod"),
    ("link in it to be harmful", "Look at the links of that unit"),
    ("as many threads as Discord allows", "Archive threads in the class's channel that nobody needs"),
    ("thread was archived", _LATER),
    ("thread was locked", "Unlock their thread in the class's channel"),
    ("no pre-work channel", _CLASS),
    ("lack a permission", _ROLE),
    ("does not let me write to new people", _OPERATOR),
    ("no confirmed phone", _PHONE),
    ("no phone", _PHONE),
    ("STOP", "They stopped texts; only they can start them again: `/phone number`"),
    ("stopped", "They stopped texts; only they can start them again: `/phone number`"),
    ("our number", _OPERATOR),
    ("our toll-free", _OPERATOR),
    ("our registration", _OPERATOR),
    ("are used up", _OPERATOR),
    ("too many texts went", _LATER),
    ("takes no more texts", _LATER),
    ("network is busy", _LATER),
    ("our text account", _OPERATOR),
    ("landline", _PHONE),
    ("not a mobile", _PHONE),
    ("not a valid", _PHONE),
    ("short code", _PHONE),
    ("does not exist any more", _PHONE),
    ("number cannot", _PHONE),
    ("carrier blocked", "They can let the number through on their phone"),
    ("off or has no network", _LATER),
    ("carriers filter", _OPERATOR),
    ("Twilio is busy", _LATER),
    ("queue is full", _LATER),
    ("did not deliver", _LATER),
    ("key of the number is missing", "They give their number again: `/phone number`"),
    ("texting is not set up", _OPERATOR),
    ("does not fit into a text", _TEACHER),
    ("fault in the message", _OPERATOR),
    ("Twilio", _OPERATOR),
    ("Discord refused it", _OPERATOR),
    ("guardian", "Ask for the guardian's number again, or call them"),
    ("no way is open", _INBOX),
)


def mend(reason: str) -> str:
    """What to do about it; telling the student oneself always works."""
    return next((mend for words, mend in MENDS if words in reason), _TEACHER)


def carrier(code: int | None) -> str:
    """Why a text that was accepted did not arrive."""
    if code is None:
        return "the carrier gave no reason"
    known = ERRORS.get(code)
    return known.why if known else f"the carrier refused it (Twilio's code {code})"
