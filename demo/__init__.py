"""A complete example shop: its catalogue, its pictures and the words its customers use."""
