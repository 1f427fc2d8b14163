"""The sides of a case in SQL, which row-level security goes by. `sides` says the same in Python; a test compares them.

Migrations create policies of these, with `c` for the case's row. A change of one needs a migration that replaces them.
"""

from rtp_shared.messaging_tables import CURRENT_IDENTITIES

MOST_FURTHER_EMPLOYERS = 9
_FURTHER = ", ".join(f"'org:' || further_employer_ids[{place}]" for place in range(1, MOST_FURTHER_EMPLOYERS + 1))
_NAMED = "'org:' || employer_id, 'org:' || commissioner_id, 'org:' || decision_body_id, 'org:' || duty_holder_id"
ONE_EMPLOYER_S_READERS = f"array_remove(ARRAY[{_NAMED}, 'scope:cases:oversee', 'system'], NULL)"
"""The column as it was first, when every case had one employer: for the migrations of then."""
BODY_READERS = f"array_remove(ARRAY[{_NAMED}, {_FURTHER}, 'scope:cases:oversee', 'system'], NULL)"
"""The computed column `body_readers` of the table `cases`: `sides.get_body_readers`. A computed column unnests no
array, so that it names each place.
"""
IS_SYSTEM = f"'system' = ANY ({CURRENT_IDENTITIES})"
IS_GROUP_CLIENT = f"'client:' || c.opened_by = ANY ({CURRENT_IDENTITIES})"
"""`sides.is_group_client`."""
IS_ON_BODIES_SIDE = f"(c.body_readers && {CURRENT_IDENTITIES} AND NOT {IS_GROUP_CLIENT})"
"""`sides.is_on_bodies_side`. The group's own client never is, not even where it belongs to a body."""
IS_OF_NAMED_BODY = f"""
    {CURRENT_IDENTITIES} && array_remove(array_remove(c.body_readers, 'scope:cases:oversee'), 'system')
"""
"""`sides.is_of_named_body`: neither the central team nor the system, unless its organisation is named."""
