"""References for people: `CF-`, a number and its Damm check digit, so that a mistyped one is noticed."""

from stdnum import damm

PREFIX = "CF-"


def reference(number: int) -> str:
    """`reference(572)` is `CF-5724`. Source: H. M. Damm, totally anti-symmetric quasigroups, 2004."""
    return f"{PREFIX}{number}{damm.calc_check_digit(str(number))}"
