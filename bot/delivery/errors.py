"""What Discord's refusals mean for a delivery: from error code to outcome, with the words for people.

``why`` is the end of a sentence for a teacher ("the DM: …"); ``mend`` says what to do. Codes: Discord's
opcodes-and-status-codes page; 20026 is not on it but is what a quarantined bot gets (RA9, RA10).
"""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp
import discord

from bot.delivery.line import LineShut, NotRepeated
from bot.domain.messages import Closed, Outcome, Refused, Unknown, Wait

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0

#: what a call to Discord may raise; anything else is a fault of ours
DISCORD_ERRORS = (
    discord.HTTPException,
    discord.RateLimited,
    aiohttp.ClientError,
    OSError,
    LineShut,
    NotRepeated,
)

OPERATOR = "Ask the person who runs the bot to look at its log"
QUARANTINE = "Discord does not let me write to new people"

#: for whatever is sent, wherever to
ANYWHERE: Mapping[int, Outcome] = {
    10004: Wait(HOUR, "the server cannot be reached", "Invite the bot to the server again"),
    20022: Wait(MINUTE, "the channel takes messages slowly"),
    20028: Wait(MINUTE, "the channel takes messages slowly"),
    20029: Wait(MINUTE, "the server takes messages slowly"),
    30013: Wait(
        HOUR, "the server has 500 channels, the most Discord allows", "Delete channels that nobody needs"
    ),
    30005: Wait(HOUR, "the server has 250 roles, the most Discord allows", "Delete roles that nobody needs"),
    30060: Wait(
        HOUR, "a channel has 1,000 permission overwrites, the most Discord allows", "Remove some of them"
    ),
    # no verdict yet: Discord is asked again, and a bot whose token is gone ends (delivery.line)
    40001: Wait(MINUTE, "Discord did not accept the bot's token just now"),
    40002: Wait(HOUR, "Discord wants the bot's account verified", OPERATOR),
    50035: Refused("Discord found a fault in the message"),
    130000: Wait(MINUTE, "Discord is busy"),
    220003: Wait(HOUR, "the webhook cannot be used", OPERATOR),
    240000: Refused("Discord holds a link in it to be harmful; look at the links of that unit"),
}

#: for a message to one person: the next way is tried at once, whatever stands in this one
TO_PERSON: Mapping[int, Outcome] = {
    10003: Closed("the conversation is gone", lasting=False),
    10007: Closed("the student has left the server", lasting=False, left=True),
    10013: Closed("the student's Discord account is gone", lasting=False),
    20009: Closed("the student's filter held it back", lasting=False),
    20026: Closed(QUARANTINE, lasting=False),
    40003: Closed("I opened too many conversations just now", lasting=False),
    50001: Closed("I have no access to the conversation", lasting=False),
    50007: Closed("the student's direct messages are closed"),
    50009: Closed("the server wants members verified first", lasting=False),
    50013: Closed("I lack a permission for it", lasting=False),
    50033: Closed("the student cannot be written to", lasting=False),
    50083: Closed("the thread was archived", lasting=False),
    50278: Closed("the student is on no server with me", lasting=False),
    160005: Closed("the thread was locked", lasting=False),
    160006: Closed("the server has as many threads as Discord allows", lasting=False),
    200000: Closed("the server's AutoMod held it back", lasting=False),
    200001: Closed("the server's AutoMod held it back", lasting=False),
}

#: for opening a conversation: openings wait, since the student asked for it
TO_OPEN: Mapping[int, Outcome] = {
    **TO_PERSON,
    20026: Wait(
        DAY,
        QUARANTINE,
        "Ask the person who runs the bot to appeal to Discord, and then to run flipcord allow-openings. "
        "Threads and texts go on",
        until_allowed=True,
    ),
    40003: Wait(10 * MINUTE, "Discord wants conversations opened more slowly"),
}

#: for a card in a channel of the class
TO_PLACE: Mapping[int, Outcome] = {
    10003: Wait(
        HOUR, "a channel of the class was deleted", "Run /class create again: it makes what is missing"
    ),
    20009: Refused("Discord's filter held it back"),
    20026: Wait(HOUR, "Discord has limited the bot", OPERATOR),
    50001: Wait(
        5 * MINUTE,
        "I cannot see a channel of the class",
        "Let my role view the class's channels, in their settings",
    ),
    50013: Wait(
        5 * MINUTE,
        "I may not write in a channel of the class",
        "Let my role view, send and read back messages in the class's channels, in their settings",
    ),
    200000: Wait(HOUR, "AutoMod held a card back", "Let my role pass, in Server Settings, AutoMod"),
    200001: Wait(HOUR, "AutoMod held a card back", "Let my role pass, in Server Settings, AutoMod"),
}


def read(error: Exception, special: Mapping[int, Outcome]) -> Outcome:
    """The outcome of a call that raised one of DISCORD_ERRORS; ``special`` goes before ANYWHERE."""
    match error:
        case LineShut():
            return Wait(min(error.seconds, HOUR), error.why)
        case discord.RateLimited():
            return Wait(error.retry_after, "Discord is busy")
        case discord.HTTPException():
            return special.get(error.code) or ANYWHERE.get(error.code) or _by_status(error)
        case aiohttp.ClientConnectorError():
            return Wait(15, "Discord could not be reached")
        case _:
            return Unknown(f"the answer of Discord was lost ({type(error).__name__})")


def _by_status(error: discord.HTTPException) -> Outcome:
    """Codes that no table has: kept, or looked for, but never dropped for a 403 or 404 (RD3)."""
    number = f"{error.status}, code {error.code}"
    if error.status >= 500:
        return Unknown(f"Discord had a fault ({number})")
    if error.status == 401:
        return ANYWHERE[40001]
    if error.status == 429:
        return Wait(MINUTE, "Discord is busy")
    if error.status in (403, 404):
        return Wait(HOUR, f"Discord refused it ({number})", OPERATOR)
    return Refused(f"Discord refused it ({number})")
