"""Notes last as long as the transaction in which they were made."""

import pytest
from django.db import transaction

from ecommerce.lib import notebook

pytestmark = pytest.mark.django_db(transaction=True)


class Changed(Exception):
    pass


def noted():
    return notebook.page("words").get("said")


def say(words):
    notebook.page("words")["said"] = words


def test_notes_end_with_a_commit_and_with_a_rollback():
    for error in (None, Changed):
        try:
            with transaction.atomic():
                assert noted() is None
                say("yes")
                with transaction.atomic():
                    assert noted() == "yes" and notebook.page("others") == {}
                if error:
                    raise error
        except Changed:
            pass
        assert noted() is None


def test_what_was_first_noted_in_a_savepoint_goes_with_it():
    with transaction.atomic():
        with pytest.raises(Changed), transaction.atomic():
            say("yes")
            raise Changed
        assert noted() is None
        say("again")
        assert noted() == "again"


def test_outside_of_a_transaction_nothing_is_kept():
    say("yes")
    assert noted() is None
