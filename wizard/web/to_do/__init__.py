"""What a firm's people have to do, and asking many to renew."""
