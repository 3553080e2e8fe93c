"""What stands in each company's books: years, vouchers, invoices, documents."""
