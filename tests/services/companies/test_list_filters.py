"""What narrows a list stands among the names of what is asked."""

from wizard.models import Whose
from wizard.services.companies.list_filters import Filters


def test_of_companies_is_what_stands_in_their_own_rows() -> None:
    assert Filters(nobodys=True).of_companies
    assert Filters(responsible_id=1).of_companies
    assert Filters(archived=True).of_companies
    assert not Filters(whose=Whose.FIRM, firm_id=1).of_companies
