"""Three tests, of which one never ends; run by the test beside it alone."""


def test_before() -> None:
    assert True


def test_that_hangs() -> None:
    while True:
        pass


def test_after() -> None:
    assert True
