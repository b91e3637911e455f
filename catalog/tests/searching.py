"""`@searching()`: for tests that search.

InnoDB's full-text index knows committed rows only, so with MySQL such a test writes for good, and what
it wrote is deleted afterwards. Arguments are those of `pytest.mark.django_db`.
"""

from functools import partial

import pytest
from django.db import connection

searching = partial(pytest.mark.django_db, transaction=connection.vendor == "mysql")
