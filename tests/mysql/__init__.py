"""What the shop relies on in MySQL and MariaDB. Collected when the run has such a server only."""
