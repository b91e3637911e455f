"""Whether the services the shop stands on can be reached, and since when not.

`services` names them, `probes` has one short test for each, `checking` runs them side by side within
bounds, `outages` remembers which are down, `watching` notices failures and asks again until they are
over. `/health/ready`, the staff site's banner, `/metrics` and `manage.py doctor` all read from here.
Imports no app.
"""
