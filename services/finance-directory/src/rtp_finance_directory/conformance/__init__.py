"""A report on how an address keeps to the standards that this service speaks; anyone may run it against any address."""
