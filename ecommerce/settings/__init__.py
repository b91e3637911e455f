"""One set of settings for every place the shop runs.

With no environment at all it is a shop on one machine: SQLite twice, local files, local
cache, tasks in process. Each real service replaces its embedded stand-in when its variable
is set; README.md has the table. `ecommerce/checks.py` refuses values that are unsafe in
production.
"""

from ecommerce.settings.accounts import *
from ecommerce.settings.api import *
from ecommerce.settings.background import *
from ecommerce.settings.base import *
from ecommerce.settings.data import *
from ecommerce.settings.files import *
from ecommerce.settings.mail import *
from ecommerce.settings.security import *
from ecommerce.settings.trade import *
from ecommerce.settings.watching import *
