"""A reaction is known for one in whatever dress a phone sends it, and nothing that somebody wrote is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.reactions import is_reaction

OURS = "Flipcord, Period 3: pre-work Atoms (10 min) is due Tue 09:00. Start it in Discord. Reply STOP to end"
ANSWER = "rivera (Period 3): Ask me tomorrow, that is fine."
LEADS = (
    *("Liked", "Loved", "Disliked", "Laughed at", "Emphasized", "Emphasised", "Questioned"),
    *("Reacted 😀 to", "Reacted 👍🏽 to", "👍 to", "❤️ to", "‼️ to", "\u200b👍\u200b to", "Removed 👍 from"),
    *("Removed a heart from", "Removed a like from", "Removed a dislike from", "Removed a laugh from"),
    *("Removed an exclamation from", "Removed a question mark from"),
    *(
        "Le gustó",
        "Le encantó",
        "No le gustó",
        "Ha reaccionado con 😀 a",
        "A aimé",
        "N’a pas aimé",
        "A adoré",
    ),
    *("A ri de", "A réagi avec 😀 à", "Gefällt", "Gefiel", "Curtiu", "Amou", "Não curtiu", "Riu de", "喜欢"),
)
WRITTEN = """
Liked the video a lot
I liked “Atoms” but question 3 is unclear
What is “Flipcord, Period 3: pre-work Atoms is due tomorrow”?
I loved it!
Laughed at the joke in the video, thanks
Is “mole” the same as “mol”?
why did I get “Flipcord, Period 3: pre-work Atoms is due tomorrow morning” again?
👍
ok
To “isolate” x I divide?
Questioned my answer again, still 12
I don't get what “Flipcord, Period 3: pre-work Atoms is due” wants from me
“yes”
He said “stop”
Liked your photo of the board, can you send page 2?
Reacted to the acid
""".strip().splitlines()


@pytest.mark.parametrize("lead", LEADS)
@pytest.mark.parametrize("quoted", ["“{}”", "“ {} ”", '"{}"', "« {} »", "„{}“", "“\u200a{}\u200a”"])
def test_what_a_phone_sends_for_a_press_is_no_letter(lead: str, quoted: str) -> None:
    for words in (OURS, ANSWER, "Two\nlines of it"):
        assert is_reaction(f"{lead} {quoted.format(words)}"), words


@pytest.mark.parametrize(
    "said",
    [
        "Loved an image",
        "Laughed at a photo",
        "Reacted 😂 to an image",
        f"Hat „{OURS}“ geliked",
        f"„{OURS}“ gefällt mir",
        f"Tykkäsi: “{OURS}”",
        f"Ei tykännyt “{OURS[:60]}…”",
    ],
)
def test_pictures_and_languages_that_put_words_behind_or_that_nobody_listed(said: str) -> None:
    assert is_reaction(said)


@pytest.mark.parametrize("said", WRITTEN)
def test_what_somebody_wrote_is_theirs(said: str) -> None:
    assert not is_reaction(said)


@given(st.text(max_size=400))
def test_any_text_is_looked_at_without_a_fault(text: str) -> None:
    assert is_reaction(text) in (True, False)
