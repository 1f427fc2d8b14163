from tests.shared.conftest import office

__all__ = ["office"]
