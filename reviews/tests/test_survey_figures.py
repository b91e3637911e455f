"""What surveys come to."""

from datetime import timedelta

import pytest
from django.utils import timezone

from reviews.figures import survey_figures
from reviews.tests.factories import SurveyFactory

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def test_the_figures_of_thirty_and_ninety_days():
    now = timezone.now()
    for overall, recommend, days in ((5, 10, 1), (4, 9, 2), (3, 8, 3), (1, 0, 40), (5, None, 50), (1, 1, 91)):
        at = now - timedelta(days=days)
        SurveyFactory(overall=overall, recommend=recommend, delivery=None, answered_at=at, sent_at=at)
    SurveyFactory(status="open", overall=None, recommend=None, delivery=None, answered_at=None, sent_at=now)
    month, quarter = survey_figures(now=now)
    assert (month.answers, str(month.average), month.nps, month.asked) == (3, "4.0", 67, 4)
    assert (quarter.answers, str(quarter.average), quarter.nps, quarter.asked) == (5, "3.6", 25, 6)
    assert month.delivery is None and month.nps_words == "+67"


def test_without_answers_there_are_no_figures():
    month, quarter = survey_figures(now=timezone.now())
    assert (month.answers, month.average, month.nps, month.nps_words) == (0, None, None, "")
    assert quarter.asked == 0


@pytest.mark.parametrize("count", [2, 20])
def test_figures_take_two_queries(count, django_assert_num_queries):
    SurveyFactory.create_batch(count)
    with django_assert_num_queries(2, using="documents"):
        survey_figures(now=timezone.now())
