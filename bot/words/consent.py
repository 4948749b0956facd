"""What a person agrees to before a phone number is texted; kept word for word with their consent (RB11)."""

from __future__ import annotations

CONSENT = (
    "**What I text:** what you still owe, an hour before it is due (never at night); and what I cannot tell you on Discord.",
    "**How often:** mostly one or two texts a week, in the daytime. Your phone plan may charge for texts.",
    "**To stop:** `/phone stop` here, or answer STOP to any text. It costs nothing and works at once.",
    "**Your number:** kept encrypted, seen by no teacher or student, forgotten when you stop.",
    "By giving it you say: I may use this phone, and if I am under 18, a parent or guardian agrees.",
)
WORDING = "\n".join(CONSENT)

GUARDIAN_CONSENT = (
    (
        "**What I text:** that pre-work is not handed in yet, before it is due; and what the teacher writes to guardians. "
        "Never a score, never at night."
    ),
    "**I ask first:** that phone gets one text with a code, and nothing more unless its owner agrees.",
    "**To stop:** they answer STOP to any text, or `/guardian stop` here.",
    "**The number:** kept encrypted, shown to nobody, forgotten when it stops.",
    "By giving it you say: it belongs to a parent or guardian of this student, who knows that you give it.",
)
GUARDIAN_WORDING = "\n".join(GUARDIAN_CONSENT)
