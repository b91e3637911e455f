"""Numbers about the shop for Prometheus, at `/metrics`; docs/observability.md lists them.

`counters` are counted where things happen, `shop` is worked out from the records at each reading,
django-prometheus adds requests and answers, `processes` has the server's workers count together.
"""
