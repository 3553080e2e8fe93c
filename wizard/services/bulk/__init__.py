"""One act for many companies: previewed, then done one by one, once whatever is killed or repeated."""
