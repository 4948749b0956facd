"""Every limit on what a course or a bank may hold, whatever file it comes in.

All follow from what Discord can show: a card has 4,000 characters over all its texts and 40 parts, a menu 25 choices
of 100 characters, a form 5 fields with 10 choices to tick. tests/views/test_extremes.py draws the largest of each kind.
"""

from __future__ import annotations

# --- Discord's own ---------------------------------------------------------------------------------

#: UTF-16 units over all texts of one message
CARD = 4000
MENU = 25
MENU_LABEL = 100
#: what a form offers to tick
TICKS = 10
#: of a picture's description
ALT = 1024

# --- a question ------------------------------------------------------------------------------------

PROMPT = 1500
#: an option, an item, a side of a pair, an answer that is accepted: as much as can be typed as an answer
LABEL = 200
#: each, and the hint is one
FEEDBACK = 1500
#: of a card, for the question, its options and what was answered; the rest is for its title and what may be done
SHOWN = 3300
OPTIONS = MENU
#: each has a menu of its own: two parts of a card's 40
PAIRS = 10
#: four to a form, and each form has a button
GAPS = 25
ITEMS = 25
#: answers that a text, a number or a gap knows; formulas
ACCEPTED = 50
#: in one accepted answer
STARS = 20
#: the numbers of a formula, the units that a number may have
VARIABLES = UNITS_NAMED = 50
#: values that one variable may take
VALUES = 1000
VARIABLE = 60
EXPRESSION = 1000
UNIT_NAME = 40
SLUG = 80
#: of a question in its file: Moodle has no longer ones
NAME = 255
TAGS = 50
TAG = 100
CATEGORY = 500

# --- a file of questions ---------------------------------------------------------------------------

FILE = 16 * 1024 * 1024
QUESTIONS = 10_000
#: as written, with markup, before it is looked at: what is longer is not gone through
RAW = 30_000
#: a line of GIFT, Aiken or CSV; a question with everything fits on one
LINE = 200_000
#: of what is wrong with it; the rest shows once these are mended
FAULTS = 1000
PICTURE = 4 * 1024 * 1024
PICTURES = 500
PICTURES_TOTAL = 32 * 1024 * 1024
PICTURE_SAID = 300

# --- a course --------------------------------------------------------------------------------------

UNITS = 30
OBJECTIVES = 12
OBJECTIVE = 200
REVIEW = 500
#: of a course, a unit, a task, a video
TITLE = 80
BANK = 300
DRAW = 25
VIDEOS = READINGS = PREWORK_QUESTIONS = 3
TASKS = MENU
TASK_TEXT = 300
PARTS_AGAIN = 24
PART_AGAIN = 200
#: Discord refuses longer ones on a link button
URL = 512
