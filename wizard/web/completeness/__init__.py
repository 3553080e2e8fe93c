"""Whether a year of a company is complete: its series, gaps in them, and vouchers without documents."""
