"""Django's backend for MySQL and MariaDB, made to compare text as the embedded database does."""
