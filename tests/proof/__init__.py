"""The proof of permissions: that queries and row-level security let the same callers read the same rows.

`policy` says once who reads what. `test_proof` has a solver show that each policy of the database, and each filter that
the queries themselves send, lets through exactly that; `test_translation` holds the solver's formulas to PostgreSQL.
"""
