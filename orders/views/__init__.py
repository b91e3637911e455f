"""Pages of the basket, the checkout and the orders."""
