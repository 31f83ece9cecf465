"""Passwords cost whoever tries them all what RFC 9106 recommends; only the tests have cheaper ones."""

from argon2 import PasswordHasher, Type, extract_parameters

RFC_9106_PASSES = 3
RFC_9106_KIBIBYTES = 64 * 1024


class TestAPassword:
    def test_is_as_costly_to_try_as_recommended(self, costly_passwords: PasswordHasher) -> None:
        kept = extract_parameters(costly_passwords.hash("a password"))

        assert kept.type is Type.ID
        assert kept.time_cost >= RFC_9106_PASSES
        assert kept.memory_cost >= RFC_9106_KIBIBYTES
