"""For load balancers."""
