"""Loads the example shop: a catalogue, its customers, their orders and what they say of them.

Rows are written in bulk, past the services, which is allowed here only; the tests prove that
what the services promise holds for them all the same.
"""

from demo.loader.load import ShopNotEmpty, load_demo
from demo.loader.plan import Plan, start_of_today

__all__ = ["Plan", "ShopNotEmpty", "load_demo", "start_of_today"]
