"""One act for many companies: ticked or a whole list, previewed, begun, followed, fetched."""
