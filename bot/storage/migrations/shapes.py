"""The shape that each revision gives a file, and what early files of the first three may differ in.

``python -m tests.meta.shapes`` writes SHAPES anew for revisions that are not on main yet; a test compares.
"""

from __future__ import annotations

#: revision → digest of what an empty file is made of after it (bot.storage.shape)
SHAPES = {
    "0001": "7ae4a02addc2560d",
    "0002": "692b99325c2be8e2",
    "0003": "2e8d3af74890e1e3",
    "0005": "2e8d3af74890e1e3",
    "0006": "de3970b8a2b80a20",
    "0007": "cfeb911e4490b2ee",
    "0008": "f45cb4da078f0e25",
}

#: these were edited after they had been on main (22 to 27 November 2026); they never will be again (decision 39)
EDITED = ("0001", "0002", "0003")
#: in what a file may differ that one of their earlier forms made, in the words of bot.storage.shape
EARLIER = frozenset(
    {
        "the index ix_announcement_next_at is not Flipcord's",
        "the index ix_announcement_person_id_state is missing",
        "the index ix_announcement_state_next_at is missing",
        "the index ix_attempt_ends_at is missing",
        "the index ix_attempt_held is missing",
        "the index ix_attempt_section_id_unit_slug is missing",
        "the index ix_letter_section_id_settled_at is missing",
        "the index ix_outbox_state_due_at is not Flipcord's",
        "the index ix_outbox_state_way_due_at is missing",
        "the index ix_outbox_texts_called_at is missing",
        "the index ix_prework_next_at is missing",
        "the index ix_progress_recheck_asked_at is missing",
        "the index ix_progress_recheck_at is missing",
        "the index ix_progress_unplanned is missing",
        "the index ix_regrade_question_id is missing",
        "the table account is without: dm_seen_id BIGINT",
        (
            "the table announcement has, besides: CONSTRAINT ck_announcement_state CHECK (state IN ("
            "'waiting', 'running', 'done', 'undone', 'stopped'))"
        ),
        (
            "the table announcement is without: CONSTRAINT ck_announcement_state CHECK (state IN ("
            "'draft', 'waiting', 'running', 'done', 'undone', 'stopped'))"
        ),
        "the table announcement is without: texts_too BOOLEAN NOT NULL",
        "the table announcement is without: urgent BOOLEAN NOT NULL",
        "the table contract is without: guardian_name VARCHAR(80) DEFAULT '' NOT NULL",
        "the table contract is without: signed_name VARCHAR(80) DEFAULT '' NOT NULL",
        "the table contract is without: tier VARCHAR(40) DEFAULT '' NOT NULL",
        "the table letter is without: settled_at BIGINT",
        "the table messaging is without: ladder_since BIGINT",
        "the table oral is without: missed_at BIGINT",
        "the table outbox is without: segments INTEGER",
        "the table prework is without: next_at BIGINT",
        "the table progress is without: recheck_asked_at BIGINT",
        "the table progress is without: recheck_days INTEGER",
        "the table summative is missing",
        "the trigger text_forgets_its_number is missing",
        "the trigger text_is_never_born_calling is missing",
        "the trigger text_needs_consent is missing",
    }
)
