"""The companies' books: fiscal years, vouchers, invoices and documents."""
