"""Weeks of work under a shifted clock: at each hour, is every referral with somebody who can act on it?

`python -m tests.simulation --referrals 500 --days 30` is the long form of `test_nobody_is_missed.py`.
"""
