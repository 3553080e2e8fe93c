"""Pages with a company's vouchers and documents, for members of its firm."""
