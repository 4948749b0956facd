"""What students and guardians sign: the welcome letter in five sentences, and the contract (P11, P27).

What somebody was shown when they signed is kept with the signature: change these words, and only later ones change.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.contracts import Contract
from bot.domain.mastery_rules import Tier

WELCOME = (
    "Before class you watch a short video or read a page, at your own speed.",
    "Class time is for practice, for questions and for your teacher's help.",
    "At the end of a unit you take a mastery check: when you reach your bar, the next unit opens.",
    "If you do not reach it yet, you get help with what was missing and take another check, with other questions.",
    "Your bar counts exactly, with no rounding: 85.99 % is not 86 %.",
)
WELCOME_GUARDIAN = (
    "Before class your child watches a short video or reads a page, at their own speed.",
    "Class time is for practice, for questions and for the teacher's help.",
    "At the end of a unit there is a mastery check: when your child reaches the bar, the next unit opens.",
    "A check that does not reach it yet is no bad mark: your child gets help and takes another, with other questions.",
    "Your child chose the bar below, and it counts exactly: 85.99 % is not 86 %.",
)


def _student(tier: Tier, class_name: str, guardian_signs: bool) -> str:
    """What a student signs, as plain text."""
    second = (
        "It is in force once my parent or guardian has signed, too."
        if guardian_signs
        else "It is in force as soon as I sign."
    )
    return "\n".join(
        (
            f"My goal in {class_name}: {tier.name}, {tier.bar} %.",
            tier.consequence,
            f"I pass a mastery check with {tier.bar} % or more, and with nothing less.",
            "What I have passed before stays passed.",
            second,
        )
    )


def _guardian(contract: Contract, class_name: str) -> str:
    """What a guardian signs, as plain text: the welcome letter, then what the student signed."""
    return "\n".join(
        (
            *WELCOME_GUARDIAN,
            f"{contract.first_name} signed this for {class_name}:",
            contract.wording,
            "I have read this, and I agree to the bar.",
        )
    )


class ContractWording:
    """As bot.services.contracts wants it."""

    def student(self, tier: Tier, class_name: str, guardian_signs: bool) -> str:
        return _student(tier, class_name, guardian_signs)

    def guardian(self, contract: Contract, class_name: str) -> str:
        return _guardian(contract, class_name)


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    lines: tuple[str, ...] = ()
    button: str = ""


SIGN = "A class goal to sign"
BUTTON = "I agree"
SIGNED = Words(
    "Thank you, it is signed",
    ("The goal is in force from now on. You can close this page.", "Questions? Please ask the teacher."),
)
SIGNED_BEFORE = Words(
    "This is signed already",
    ("It counted once. You can close this page.", "Questions? Please ask the teacher."),
)
GONE = Words(
    "This is not to be signed any more",
    (
        "Another goal was chosen since, or the student has left the class.",
        "Questions? Please ask the teacher.",
    ),
)
RUN_OUT = Words(
    "This link is too old",
    ("Links are good for two weeks.", "Your child gets a new one on Discord: type /contract there."),
)
REPLACED = Words(
    "There is a newer link",
    (
        "To keep your signature safe, this link was closed. What was signed before stays signed.",
        "A new one comes to your phone by text. Your child can also get one on Discord: type /contract there.",
    ),
)
BUSY = Words(
    "Not signed yet",
    ("Something went wrong on our side. Please press the button once more in a minute.",),
    BUTTON,
)
OLD_FORM = (
    "This page was open for a long time, or was opened from another one. Please press the button once more."
)
NO_NAME = "Please write your name: that is your signature."
WRONG_CODE = "That is not the code. It is on your child's screen, next to the link: six digits."
TOO_MANY_CODES = (
    "This was tried too often, so no code is taken here for a day. Your child can ask their teacher to let you sign "
    "by text or on paper, or you can try again tomorrow."
)
