"""The part of the schema that is about checks beside the attempts: pictures of questions, files handed in."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.columns import NO_PERSON, OF_PERSON, Instant, an_id, described, table, to

picture = table(
    "picture",
    #: SHA-256 of the PNG, in hexadecimal
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("png", sa.LargeBinary, nullable=False),
    about=described("what a question shows", retention="while a course's question names it", **NO_PERSON),
)

hand_in_file = table(
    "hand_in_file",
    an_id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    to("attempt"),
    #: of the question in the attempt, from 1
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("name", sa.String(100), nullable=False),
    #: told from the bytes
    sa.Column("content_type", sa.String(40), nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index("ix_hand_in_file_attempt_id_position", "attempt_id", "position"),
    about=described(
        "a file that a student handed in for a teacher to mark", retention="with the course", **OF_PERSON
    ),
)
